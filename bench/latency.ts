import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Candle, DEFAULT_TOPIC_NAMES, type Trade, topicTable } from '@candlewick/market-data'
import { kafkaLog, type LogRecord } from '@candlewick/streams'
import Table from 'cli-table3'
import { startBroker } from '../tools/broker/index.ts'
import { Processes } from './processes.ts'

/**
 * `npm run bench:latency`: the whole pipeline at a live rate, each service in processes of its own, and how old things
 * are when a reader of the topics has them.
 */
const { values: args } = parseArgs({
  options: {
    rate: { type: 'string', default: '5000' },
    pairs: { type: 'string', default: '50' },
    instances: { type: 'string', default: '3' },
    partitions: { type: 'string', default: '6' },
    seconds: { type: 'string', default: '60' },
    /** Not measured: everything starts and is compiled. */
    warmup: { type: 'string', default: '20' },
    interval: { type: 'string', default: '5s' },
  },
})
const pairs = Array.from({ length: Number(args.pairs) }, (_, i) => `C${String(i).padStart(2, '0')}/USD`)
const prefix = `bench-latency-${Date.now()}-`
const topics = topicTable({ ...DEFAULT_TOPIC_NAMES, prefix })

/** Milliseconds from the exchange's timestamp, or from the window's end, to the reader. */
const ages = { trade: [] as number[], candle: [] as number[], row: [] as number[], candleToRow: [] as number[] }
const candlesAt = new Map<string, number>()
let measuring = false

const windowOf = ({ pair, interval, open_time_ms }: Candle): string => `${pair} ${interval} ${open_time_ms}`

function sawTrade(trade: Trade, now: number): void {
  ages.trade.push(now - trade.timestamp_ms)
}

function sawCandle(candle: Candle, now: number): void {
  ages.candle.push(now - candle.close_time_ms)
  candlesAt.set(windowOf(candle), now)
}

function sawRow(row: Candle, now: number): void {
  ages.row.push(now - row.close_time_ms)
  const since = candlesAt.get(windowOf(row))
  if (since !== undefined) ages.candleToRow.push(now - since)
}

const broker = await startBroker({ report: sentence => console.error(sentence) })
const log = kafkaLog({ brokers: broker.brokers.split(','), clientId: 'bench' })
const processes = new Processes({
  KAFKA_BROKERS: broker.brokers,
  TOPIC_PREFIX: prefix,
  CANDLE_INTERVALS: args.interval,
  PARTITIONS: args.partitions,
  EXCHANGE: 'simulated',
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
  add('exchange timestamp → trade in topic', ages.trade)
  add('window end → final candle', ages.candle)
  add('final candle → feature row', ages.candleToRow)
  add('window end → feature row', ages.row)
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
