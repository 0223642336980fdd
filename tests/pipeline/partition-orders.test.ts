import { parseIndicators } from '@candlewick/indicators'
import { kafkaLog } from '@candlewick/kafka'
import type { Candle, Trade } from '@candlewick/market-data'
import { createLogger, type ServiceDefinition, startService } from '@candlewick/service'
import { afterAll, expect, inject, it, onTestFinished, vi } from 'vitest'
import type * as z from 'zod'
import { candles } from '../../services/candles/src/service.ts'
import { technicalIndicators } from '../../services/technical-indicators/src/service.ts'
import { tradesIngestor } from '../../services/trades-ingestor/src/service.ts'
import { referenceCandles } from '../reference/candles.ts'
import { referenceRows } from '../reference/rows.ts'
import { sameValues } from '../reference/same.ts'
import { readTopic, readToTheEnd, valuesOf } from './topics.ts'

vi.setConfig({ testTimeout: 180_000 })

const INTERVALS = ['1s', '5s']
const INDICATORS = 'sma:3; rsi:5'
const PAIRS = ['BTC/USD', 'ETH/USD', 'SOL/USD', 'XRP/USD', 'ADA/USD', 'DOGE/USD', 'LTC/USD', 'DOT/USD']
const PATIENCE = { timeout: 60_000, interval: 200 }
const PARTITIONS = 3
const brokers = inject('brokers')
const log = kafkaLog({ brokers: brokers.split(','), clientId: 'partition-orders-test' })
const silent = createLogger('test', 'silent')

afterAll(() => log.close())

/** The whole pipeline in this process, with two instances of each service that shares partitions. */
async function pipeline(prefix: string) {
  const env = {
    TOPIC_PREFIX: prefix,
    PARTITIONS: String(PARTITIONS),
    EXCHANGE: 'simulated',
    SIMULATED_TRADES_PER_SECOND: '30',
    HISTORY_HOURS: '0',
    PAIRS: PAIRS.join(','),
    CANDLE_INTERVALS: INTERVALS.join(','),
    INDICATORS,
  }
  const stops: (() => Promise<void>)[] = []
  async function start<Shape extends z.ZodRawShape>(
    definition: ServiceDefinition<Shape>,
  ): Promise<() => Promise<void>> {
    const own = kafkaLog({ brokers: brokers.split(','), clientId: definition.name })
    const service = await startService(definition, { env, log: own, logger: silent })
    const stop = async () => {
      await service.stop()
      await own.close()
    }
    stops.push(stop)
    return stop
  }
  const stopIngestor = await start(tradesIngestor)
  for (const each of [candles, candles]) await start(each)
  for (const each of [technicalIndicators, technicalIndicators]) await start(each)
  onTestFinished(async () => void (await Promise.all(stops.map(stop => stop()))))
  return { stopIngestor }
}

const keyOf = ({ pair, interval, open_time_ms }: Candle) => `${pair} ${interval} ${open_time_ms}`

/** Expects exactly these candles or rows, each once. */
function expectSame(found: readonly Candle[], wanted: readonly Candle[]): void {
  const byKey = new Map(found.map(one => [keyOf(one), one]))
  expect(byKey.size).toBe(found.length)
  expect(wanted.filter(one => !sameValues(one, byKey.get(keyOf(one)) ?? {}))).toEqual([])
  expect(found.length).toBe(wanted.length)
}

// The order that docs/operations.md recommends is that of tests/pipeline/feature-store.test.ts. This one is its opposite: a pair
// that moves in a topic does not move in the next one, which has grown before, and two tasks write to one partition.
it('makes the right candles and rows when the last topic of the pipeline gets a partition first', async () => {
  const prefix = `order-${process.pid}-`
  const { stopIngestor } = await pipeline(prefix)
  const read = async <T>(topic: string) => valuesOf<T>(await readTopic(log, prefix + topic))
  const rowCount = async () => (await read('technical-indicators')).length
  const more = async () => expect.poll(rowCount, PATIENCE).toBeGreaterThan((await rowCount()) + 2 * PAIRS.length)
  await more()
  for (const topic of ['technical-indicators', 'candles', 'trades']) {
    await log.topics.grow(prefix + topic, PARTITIONS + 1)
    await more()
  }
  // A pair has moved, and its candles and rows are written from two partitions.
  await expect.poll(async () => (await log.offsets(`${prefix}trades`, PARTITIONS)).end, PATIENCE).toBeGreaterThan(0)
  await more()
  await stopIngestor()
  await readToTheEnd(brokers, log, `${prefix}candles`, `${prefix}trades`)
  await readToTheEnd(brokers, log, `${prefix}technical-indicators`, `${prefix}candles`)
  const trades = await read<Trade>('trades')
  const found = await read<Candle>('candles')
  const ends = new Map<string, number>()
  for (const { pair, interval, close_time_ms } of found)
    ends.set(`${pair} ${interval}`, Math.max(close_time_ms, ends.get(`${pair} ${interval}`) ?? 0))
  const until_ms = Math.max(...ends.values())
  const candlesDue = referenceCandles(trades, INTERVALS, { until_ms, emptyCandles: 'flat' }).filter(
    ({ pair, interval, close_time_ms }) => close_time_ms <= (ends.get(`${pair} ${interval}`) ?? 0),
  )
  expectSame(found, candlesDue)
  expectSame(await read('technical-indicators'), referenceRows(candlesDue, parseIndicators(INDICATORS)))
  expect(await read('dead-letters')).toEqual([])
})
