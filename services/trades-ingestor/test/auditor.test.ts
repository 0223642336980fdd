import type { ExchangeCandle, Ohlc } from '@candlewick/exchanges'
import type { Candle } from '@candlewick/market-data'
import { createLogger } from '@candlewick/service'
import { memoryLog } from '@candlewick/streams'
import { Registry } from 'prom-client'
import { expect, it } from 'vitest'
import { Auditor } from '../src/audit/auditor.ts'
import { START_MS, TOPICS, world } from './harness.ts'

const MINUTE_MS = 60_000
const PAIR = 'BTC/USD'

/** The exchange's candle of a minute, and ours of the same trades. */
const theirs = (open_time_ms: number): ExchangeCandle => ({
  open_time_ms,
  open: '100.10',
  high: '101',
  low: '99.5',
  close: String(100 + ((open_time_ms / MINUTE_MS) % 7) / 10),
  volume: '1.23456789',
  trade_count: 7,
})
const ours = (open_time_ms: number, over: Partial<Candle> = {}) => {
  const { open, high, low, close, volume } = theirs(open_time_ms)
  const prices = { open: Number(open), high: Number(high), low: Number(low), close: Number(close) }
  const sums = { volume: Number(volume), quote_volume: 123, vwap: 100, trade_count: 7, buy_volume: 0 }
  const times = { open_time_ms, close_time_ms: open_time_ms + MINUTE_MS }
  const ids = { first_trade_id: 1, last_trade_id: 7 }
  return { pair: PAIR, interval: '1m', ...times, ...prices, ...sums, ...ids, complete: true, ...over }
}

async function started() {
  const { clock, cluster } = world()
  cluster.grow(TOPICS.candles.name, 1)
  const asked: [number, number][] = []
  const ohlc: Ohlc = {
    intervals: ['1m'],
    candles: async (_pair, _interval, from, to) => {
      if (asked.length === 2) {
        asked.push([Number.NaN, 0])
        throw new Error('HTTP 503')
      }
      asked.push([from, to])
      return Array.from({ length: (to - from) / MINUTE_MS }, (_, i) => theirs(from + i * MINUTE_MS))
    },
  }
  const metrics = new Registry()
  const lines: string[] = []
  const logger = createLogger('test', 'warn', { write: (line: string) => lines.push(line) })
  const log = memoryLog(cluster)
  const context = { log, topics: TOPICS, metrics, logger }
  const auditor = new Auditor({ ohlc, pairs: [PAIR], interval: '1m', everyMs: 5 * MINUTE_MS, context, clock })
  const write = async (candle: Candle) => {
    const producer = await log.producer('candles')
    const value = JSON.stringify(candle)
    await producer.transact([{ topic: TOPICS.candles.name, partition: 0, key: PAIR, value }])
    await producer.close()
  }
  const count = async (name: string) => (await metrics.getSingleMetric(`candlewick_${name}_total`)?.get())?.values
  return { clock, auditor, write, count, lines, asked }
}

it('compares each closed candle with the exchange’s once, and counts the differing ones', async () => {
  const { clock, auditor, write, count, lines, asked } = await started()
  await write(ours(START_MS - 60 * MINUTE_MS, { open: 1 }))
  auditor.start()
  await clock.pass(1000)
  for (let minute = 0; minute < 12; minute++) {
    const over = minute === 5 ? { high: 102, volume: 1 } : minute === 7 ? { complete: false, low: 1 } : {}
    await write(ours(START_MS + minute * MINUTE_MS, over))
    await clock.pass(MINUTE_MS)
  }
  expect(asked).toEqual([
    [START_MS + MINUTE_MS, START_MS + 4 * MINUTE_MS],
    [START_MS + 4 * MINUTE_MS, START_MS + 9 * MINUTE_MS],
  ])
  expect(await count('candles_compared_with_exchange')).toMatchObject([{ value: 7, labels: { pair: PAIR } }])
  expect(await count('candles_differing_from_exchange')).toMatchObject([{ value: 1, labels: { pair: PAIR } }])
  expect(lines.map(line => JSON.parse(line)).map(({ field, ours, theirs }) => [field, ours, theirs])).toEqual([
    ['high', 102, '101'],
    ['volume', 1, '1.23456789'],
  ])
  await auditor.stop()
})

it('reports that it cannot compare while the exchange does not answer, and continues', async () => {
  const { clock, auditor, count, lines, asked } = await started()
  auditor.start()
  await clock.pass(21 * MINUTE_MS)
  expect(asked).toHaveLength(4)
  expect(lines.some(line => /cannot be compared with the exchange now/.test(line))).toBe(true)
  // The topic has none of our candles.
  expect(await count('candles_differing_from_exchange')).toMatchObject([{ value: 18 }])
  await auditor.stop()
})
