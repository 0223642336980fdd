import { setTimeout as sleep } from 'node:timers/promises'
import { kafkaLog } from '@candlewick/kafka'
import type { Candle, Trade } from '@candlewick/market-data'
import { byMurmur2 } from '@candlewick/streams'
import { afterAll, describe, expect, inject, it, onTestFinished, vi } from 'vitest'
import { referenceCandles } from '../reference/candles.ts'
import { sameValues } from '../reference/same.ts'
import { ServiceProcess } from './process.ts'
import { readTopic, valuesOf } from './topics.ts'

const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'foreign-producer-test' })
afterAll(() => log.close())

vi.setConfig({ testTimeout: 180_000 })

const PAIRS = ['ETH/USD', 'BTC/USD', 'SOL/USD', 'XRP/USD', 'DOGE/USD']
const EVERY_MS = 300
const CLOSE_AFTER_IDLE_MS = 1000
/** Until the new partition has a reader, and every window that was open then has closed. */
const TAKE_OVER_MS = 12_000

type Place = (pair: string, count: number, round: number) => number
const byHash: Place = (pair, count) => byMurmur2(pair, 0, count)
/** Two producers that write in turn and choose different partitions. */
const byTwoHashes: Place = (pair, count, round) => (byMurmur2(pair, 0, count) + (round % 2)) % count

/** Writes a trade of each pair every 0.3 s until it is stopped, like a producer that does not know Candlewick. */
async function produce(topic: string, place: Place) {
  const producer = await log.producer(`${topic}-writer`)
  const trades: Trade[] = []
  let isOver = false
  const write = async (round: number) => {
    const count = (await log.topics.partitions([topic])).get(topic)!
    const records = PAIRS.map((pair, i) => {
      const price = 100 + ((round * 7 + i * 3) % 11)
      const trade: Trade = { pair, trade_id: round, side: 'buy', price, qty: 1, timestamp_ms: Date.now() }
      trades.push(trade)
      return { topic, key: pair, value: JSON.stringify(trade), partition: place(pair, count, round) }
    })
    await producer.transact(records)
  }
  const writing = (async () => {
    for (let round = 1; !isOver; round++) {
      await write(round)
      await sleep(EVERY_MS)
    }
    await producer.close()
  })()
  const stop = async () => {
    isOver = true
    await writing
    return trades
  }
  return { stop }
}

/** A test's topics and the services that read them. */
async function setUp(partitions: number) {
  const prefix = `foreign-${process.pid}-${partitions}-`
  const topic = `${prefix}trades`
  const env = { TOPIC_PREFIX: prefix, PARTITIONS: `${partitions}`, CANDLE_INTERVALS: '1s,2s' }
  const start = async () => {
    const service = new ServiceProcess('candles', {
      ...{ KAFKA_BROKERS: brokers, CLOSE_AFTER_IDLE_MS: `${CLOSE_AFTER_IDLE_MS}` },
      ...env,
    })
    onTestFinished(async () => void (await service.stop()))
    await service.ready()
  }
  await start()
  await start()
  const candles = async () => valuesOf<Candle>(await readTopic(log, `${prefix}candles`))
  return { topic, candles }
}

/** @returns the problems of the candles, the first one of each window */
function problems(
  candles: readonly Candle[],
  trades: readonly Trade[],
  rightFromMs: number,
  untilMs: number,
): string[] {
  const options = { until_ms: untilMs, emptyCandles: 'flat' } as const
  const right = new Map(referenceCandles(trades, ['1s', '2s'], options).map(c => [name(c), c]))
  const found: string[] = []
  for (const [window, [first, ...more]] of Map.groupBy(candles, name)) {
    const expected = right.get(window)
    if (more.length > 0) found.push(`${window} has ${more.length + 1} candles`)
    if (!first || !expected || (!first.complete && first.open_time_ms < rightFromMs)) continue
    if (!sameValues({ ...first, complete: true }, { ...expected, complete: true }))
      found.push(`${window} is ${JSON.stringify(first)} instead of ${JSON.stringify(expected)}`)
  }
  const published = new Set(candles.map(name))
  for (const [window, { open_time_ms }] of right)
    if (open_time_ms >= rightFromMs && !published.has(window)) found.push(`${window} is missing`)
  return found
}

const name = ({ pair, interval, open_time_ms }: Candle): string => `${pair} ${interval} ${open_time_ms}`

describe('a producer without markers and watermarks', () => {
  it('has one candle for every window though its hash moves pairs when partitions are added, and the right one', async () => {
    const { topic, candles } = await setUp(1)
    const writing = await produce(topic, byHash)
    await sleep(4000)
    await log.topics.grow(topic, 2)
    await sleep(2000)
    await log.topics.grow(topic, 3)
    const rightFromMs = Date.now() + TAKE_OVER_MS
    await sleep(TAKE_OVER_MS + 8000)
    const trades = await writing.stop()
    const untilMs = trades.at(-1)!.timestamp_ms - 1000
    await sleep(4000)
    const moved = PAIRS.filter(pair => new Set([1, 2, 3].map(count => byHash(pair, count, 0))).size > 1)
    expect(moved.length).toBeGreaterThan(1)
    expect(problems(await candles(), trades, rightFromMs, untilMs)).toEqual([])
    const late = (await candles()).filter(c => c.open_time_ms >= rightFromMs && c.close_time_ms < untilMs)
    expect(late.filter(c => c.complete).length / late.length).toBeGreaterThan(0.9)
  })

  it('has one candle for every window though a second one places pairs in other partitions', async () => {
    const { topic, candles } = await setUp(2)
    const writing = await produce(topic, byTwoHashes)
    await sleep(15_000)
    const trades = await writing.stop()
    await sleep(4000)
    const published = await candles()
    expect(problems(published, trades, Number.POSITIVE_INFINITY, trades.at(-1)!.timestamp_ms)).toEqual([])
    expect(new Set(published.map(c => c.pair)).size).toBe(PAIRS.length)
  })
})
