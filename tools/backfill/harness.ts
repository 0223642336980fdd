import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Log, MemoryCluster, memoryLog } from '@candlewick/streams'
import type { Summary } from '../../services/trades-ingestor/src/recorded/accounts.ts'
import { temporaryFolder } from '../../tests/temporary-folder.ts'
import type { BackfillOptions } from './options.ts'
import { type BackfillSurroundings, backfill } from './run.ts'

const env = { CANDLE_INTERVALS: '1s', PARTITIONS: '2' }
const idle = { update: () => {}, stop: () => {} }

/** The report and the outcome of a backfill. */
export interface Run {
  readonly said: string[]
  readonly error: string | undefined
  readonly summary: Summary | undefined
}

/** What differs from the other runs in a world. */
export interface Changed extends Partial<BackfillOptions> {
  readonly ownEnv?: Record<string, string>
  readonly rest?: BackfillSurroundings['rest']
}

/** Backfills of files into one cluster in memory. */
export function world(files: readonly string[], pairs: readonly string[], own: Partial<BackfillOptions> = {}) {
  const cluster = new MemoryCluster()
  async function run(
    log: Log = memoryLog(cluster),
    stopping = new AbortController(),
    changed: Changed = {},
  ): Promise<Run> {
    const said: string[] = []
    const { ownEnv, rest, ...other } = changed
    const options = {
      pairs,
      files,
      fromMs: undefined,
      toMs: undefined,
      columns: undefined,
      suffix: '',
      ...own,
      ...other,
    }
    const report = (s: string) => void said.push(s)
    const around = {
      env: { ...env, ...ownEnv },
      log,
      progress: idle,
      report,
      signal: stopping.signal,
      ...(rest && { rest }),
    }
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

/** Returns a log that fails after some transactions and ever after, as if the process had been killed before or after the last commit. */
export function dying(log: Log, transactions: number, commitsLast: boolean, kill: () => void): Log {
  let left = transactions
  const make = log.producer.bind(log)
  const producer: Log['producer'] = async id => {
    const own = await make(id)
    return {
      close: () => own.close(),
      transact: async (records, offsets) => {
        const isLast = left-- <= 0
        if (isLast && commitsLast) await own.transact(records, offsets)
        if (!isLast) return own.transact(records, offsets)
        kill()
        throw new Error('killed')
      },
    }
  }
  return Object.assign(log, { producer })
}

export function file(content: string, name = 'bf.ndjson'): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}
