import { setTimeout as sleep } from 'node:timers/promises'
import { createLogger, type Env, startService } from '@candlewick/service'
import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { candles } from '../../services/candles/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'

export interface Replayed {
  readonly file: string
  /** Pair of a file whose lines name no pair. */
  readonly pair?: string | undefined
}

export interface Streamed {
  /** Values of the topics of candles and of technical indicators, in the order of their partitions. */
  readonly candles: readonly string[]
  readonly features: readonly string[]
  /** How often a pair moved between partitions. */
  readonly moves: number
}

const POLL_MS = 50
const PATIENCE_MS = 20_000
/** Rows beyond the expected ones would be published within this time. */
const EXTRA_MS = 300

/**
 * Computes what the services publish for recorded trades, by replaying one file after the other through topics in memory.
 * Between two files the topic of trades grows by two partitions, so that pairs move.
 * @param expected how many feature rows to wait for
 */
export async function stream(
  replays: readonly Replayed[],
  settings: Env,
  expected: number,
  cluster = new MemoryCluster(),
): Promise<Streamed> {
  const log = memoryLog(cluster)
  const env = { PARTITIONS: '2', HTTP_PORT: '0', COMMIT_INTERVAL_MS: '20', ...settings }
  const signal = new AbortController().signal
  const logger = createLogger('streaming-path', 'silent')
  const services = await Promise.all(
    [candles, technicalIndicators].map(service =>
      startService(service as typeof technicalIndicators, { env, log: memoryLog(cluster), logger, signal }),
    ),
  )
  try {
    for (const [i, { file, pair }] of replays.entries()) {
      if (i > 0) await log.topics.grow('trades', 2 + 2 * i)
      const own = { ...env, EXCHANGE: 'replay', REPLAY_FILE: file, ...(pair && { PAIRS: pair }) }
      const ingestor = await startService(tradesIngestor, { env: own, log, logger, signal })
      await ingestor.done
      await ingestor.stop()
    }
    const deadline = Date.now() + PATIENCE_MS
    while ((await values(cluster, 'technical-indicators')).data.length < expected && Date.now() < deadline)
      await sleep(POLL_MS)
    await sleep(EXTRA_MS)
  } finally {
    for (const service of services) await service.stop()
  }
  const [trades, made, rows] = await Promise.all(
    ['trades', 'candles', 'technical-indicators'].map(topic => values(cluster, topic)),
  )
  return { candles: made!.data, features: rows!.data, moves: trades!.controls.filter(kind => kind === 'move').length }
}

async function values(cluster: MemoryCluster, topic: string): Promise<{ data: string[]; controls: string[] }> {
  const log = memoryLog(cluster)
  const data: string[] = []
  const controls: string[] = []
  for (let partition = 0; partition < cluster.partitions(topic).length; partition++) {
    const { start, end } = await log.offsets(topic, partition)
    for await (const chunk of log.read(topic, partition, start, end))
      for (const { value, headers } of chunk)
        if (headers?.control) controls.push(String(headers.control))
        else data.push(String(value))
  }
  return { data, controls }
}
