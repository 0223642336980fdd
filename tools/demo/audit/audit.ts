import { setTimeout as sleep } from 'node:timers/promises'
import type { SimulatedExchange } from '@candlewick/exchanges'
import { baseIntervalMs, Candle, type TopicSpec } from '@candlewick/market-data'
import { follow, type Log, type LogRecord } from '@candlewick/streams'
import { Auditor, type Findings } from './auditor.ts'
import { ExchangeList } from './exchange-list.ts'
import { TopicList } from './topic-list.ts'

const CHECK_MS = 250
const RETRY_MS = 1000

export interface Audit {
  /** The list of trades with which the candles are compared. */
  readonly against: string
  findings(): Findings
  stop(): Promise<void>
}

/** Reads the topic of candles from its present end on, and checks every window when it arrives. */
export function startAudit(
  log: Log,
  topics: Readonly<Record<'trades' | 'candles', TopicSpec>>,
  intervals: readonly string[],
  exchange: SimulatedExchange | undefined,
): Audit {
  const stopping = new AbortController()
  const { signal } = stopping
  const list = exchange ? new ExchangeList(exchange) : new TopicList()
  const auditor = new Auditor(list, baseIntervalMs(intervals))
  const read = async (topic: string, take: (record: LogRecord) => void) => {
    // After an error reading continues at the same offset, because skipped candles would count as missing.
    const positions = new Map<number, number>()
    const from = (start: number, end: number, partition: number, isAdded: boolean) =>
      positions.get(partition) ?? (isAdded ? start : end)
    while (!signal.aborted)
      try {
        await follow(log, topic, { from, signal }, async ({ records, next }, partition) => {
          for (const record of records) take(record)
          positions.set(partition, next)
        })
      } catch {
        await sleep(RETRY_MS, undefined, { signal }).catch(() => {})
      }
  }
  const reading = [
    read(topics.candles.name, record => {
      const candle = record.headers?.control ? undefined : Candle.parse(JSON.parse(String(record.value)))
      if (candle) auditor.candle(candle, Date.now())
    }),
    list instanceof TopicList && read(topics.trades.name, record => list.record(record)),
  ]
  const checking = setInterval(() => auditor.check(Date.now()), CHECK_MS)
  return {
    against: exchange ? "the exchange's own list of trades" : 'the trades in the topic',
    findings: () => auditor.findings(Date.now()),
    stop: async () => {
      stopping.abort()
      clearInterval(checking)
      await Promise.all(reading)
    },
  }
}
