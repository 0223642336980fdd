import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { kafkaLog } from '@candlewick/kafka'
import {
  type Candle,
  DEFAULT_TOPIC_NAMES,
  intervalMs,
  type Trade,
  topicTable,
  windowStart,
} from '@candlewick/market-data'
import type { LogRecord } from '@candlewick/streams'
import Table from 'cli-table3'
import { startBroker } from '../tools/broker/index.ts'
import { Processes } from './processes.ts'

/**
 * `npm run bench:latency`: runs the whole pipeline at a live rate, each service in processes of its own, and measures how
 * old records are when a reader of the topics receives them.
 */
const { values: args } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    pairs: { type: 'string', default: '50' },
    instances: { type: 'string', default: '3' },
    partitions: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '60' },
    /** Time before the measurement, in which everything starts and is compiled. */
    warmup: { type: 'string', default: '20' },
    interval: { type: 'string', default: '5s' },
  },
})
const pairs = Array.from({ length: Number(args.pairs) }, (_, i) => `C${String(i).padStart(2, '0')}/USD`)
const windowMs = intervalMs(args.interval)
/** `WATERMARK_GRACE_MS` of the services. */
const GRACE_MS = 1000
const prefix = `bench-latency-${Date.now()}-`
const topics = topicTable({ ...DEFAULT_TOPIC_NAMES, prefix })

/** When the reader received each candle and row, Unix ms, by pair and window end. */
const candlesAt = new Map<string, number>()
const rowsAt = new Map<string, number>()
/** Time from the exchange's timestamp to the reader, ms. */
const tradeAges: number[] = []
/** When the pair's first trade after the window's end happened. */
const endedBy = new Map<string, number>()
const lastTrade = new Map<string, number>()
let measuring = false

const windowOf = (pair: string, endMs: number): string => `${pair} ${endMs}`

function sawTrade({ pair, timestamp_ms }: Trade, now: number): void {
  tradeAges.push(now - timestamp_ms)
  const startMs = windowStart(timestamp_ms, windowMs)
  const last = lastTrade.get(pair)
  if (last !== undefined && last < startMs) endedBy.set(windowOf(pair, startMs), timestamp_ms)
  lastTrade.set(pair, timestamp_ms)
}

const sawCandle = ({ pair, close_time_ms }: Candle, now: number) => candlesAt.set(windowOf(pair, close_time_ms), now)
const sawRow = ({ pair, close_time_ms }: Candle, now: number) => rowsAt.set(windowOf(pair, close_time_ms), now)

/**
 * The time at which a window could be closed: at the pair's next trade, otherwise at the watermark, one grace after the
 * window's end.
 */
function closable(window: string): number {
  const graceEndsAt = Number(window.split(' ')[1]) + GRACE_MS
  return Math.min(endedBy.get(window) ?? graceEndsAt, graceEndsAt)
}

function since(at: ReadonlyMap<string, number>, from: (window: string) => number | undefined): number[] {
  return [...at].flatMap(([window, ms]) => {
    const start = from(window)
    return start === undefined ? [] : [ms - start]
  })
}

const broker = await startBroker({ running: process.env.KAFKA_BROKERS, report: sentence => console.error(sentence) })
const log = kafkaLog({ brokers: broker.brokers.split(','), clientId: 'bench' })
const processes = new Processes({
  KAFKA_BROKERS: broker.brokers,
  TOPIC_PREFIX: prefix,
  CANDLE_INTERVALS: args.interval,
  PARTITIONS: args.partitions,
  WATERMARK_GRACE_MS: String(GRACE_MS),
  EXCHANGE: 'simulated',
  HISTORY_HOURS: '0',
  PAIRS: pairs.join(','),
  SIMULATED_TRADES_PER_SECOND: String(Number(args.rate) / pairs.length),
})

async function follow<T>(topic: string, saw: (value: T, now: number) => void): Promise<void> {
  while (((await log.topics.partitions([topic])).get(topic) ?? 0) === 0) await sleep(200)
  const count = (await log.topics.partitions([topic])).get(topic)!
  const take = (record: LogRecord, now: number) => {
    if (measuring && record.headers?.control === undefined) saw(JSON.parse(String(record.value)) as T, now)
  }
  for (let partition = 0; partition < count; partition++) {
    const reader = log.reader(topic, partition, 0, () => {
      const now = Date.now()
      for (let chunk = reader.poll(); chunk; chunk = reader.poll())
        for (const record of chunk.records) take(record, now)
    })
  }
}

function print(): void {
  const table = new Table({
    head: ['ms', 'count', 'p50', 'p99', 'max'],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  const add = (name: string, list: number[]) => {
    const sorted = list.sort((a, b) => a - b)
    const at = (q: number) =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN)
    table.push([name, sorted.length, at(0.5), at(0.99), at(1)])
  }
  add('exchange timestamp → trade in topic', tradeAges)
  add('window closable → final candle', since(candlesAt, closable))
  add(
    'final candle → feature row',
    since(rowsAt, window => candlesAt.get(window)),
  )
  add('window closable → feature row', since(rowsAt, closable))
  console.log(table.toString())
}

try {
  processes.start('trades-ingestor')
  for (let i = 0; i < Number(args.instances); i++) {
    processes.start('candles')
    processes.start('technical-indicators')
  }
  void follow(topics.trades.name, sawTrade)
  void follow(topics.candles.name, sawCandle)
  void follow(topics.technicalIndicators.name, sawRow)
  await sleep(Number(args.warmup) * 1000)
  measuring = true
  console.error(`Measures for ${args.seconds} s …`)
  await sleep(Number(args.seconds) * 1000)
  measuring = false
  print()
} finally {
  await processes.stop()
  await log.close()
  await broker.stop()
}
