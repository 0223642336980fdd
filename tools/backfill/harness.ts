import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Log, MemoryCluster, memoryLog } from '@candlewick/streams'
import type { Summary } from '../../services/trades-ingestor/src/recorded/accounts.ts'
import { temporaryFolder } from '../../tests/temporary-folder.ts'
import type { BackfillOptions } from './options.ts'
import { backfill } from './run.ts'

const env = { CANDLE_INTERVALS: '1s', PARTITIONS: '2' }
const idle = { update: () => {}, stop: () => {} }

/** The report and the outcome of a backfill. */
export interface Run {
  readonly said: string[]
  readonly error: string | undefined
  readonly summary: Summary | undefined
}

/** Backfills of files into one cluster in memory. */
export function world(files: readonly string[], pairs: readonly string[], own: Partial<BackfillOptions> = {}) {
  const cluster = new MemoryCluster()
  async function run(log: Log = memoryLog(cluster), stopping = new AbortController()): Promise<Run> {
    const said: string[] = []
    const options = { pairs, files, fromMs: undefined, toMs: undefined, columns: undefined, suffix: '', ...own }
    const around = { env, log, progress: idle, report: (s: string) => void said.push(s), signal: stopping.signal }
    let error: string | undefined
    await backfill({ exchange: 'kraken', ...options }, around).catch(thrown => {
      error = (thrown as Error).message
    })
    const json = said.find(sentence => sentence.startsWith('{"v":1'))
    return { said, error, summary: json === undefined ? undefined : JSON.parse(json) }
  }
  async function ids(pair: string): Promise<number[]> {
    const topic = `trades${own.suffix ?? ''}`
    const log = memoryLog(cluster)
    const found: number[] = []
    for (let p = 0; p < cluster.partitions(topic).length; p++) {
      const { start, end } = await log.offsets(topic, p)
      for await (const records of log.read(topic, p, start, end))
        for (const { key, value, headers } of records)
          if (key === pair && !headers?.control) found.push(JSON.parse(String(value)).trade_id)
    }
    return found
  }
  return { cluster, run, ids }
}

export function file(content: string, name = 'bf.ndjson'): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}
