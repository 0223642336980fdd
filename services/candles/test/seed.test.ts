import type { Seed } from '@candlewick/market-data'
import { expect, it } from 'vitest'
import { birth, Feed, type Item, MINUTE_MS, PAIR, T0, trade, watermark } from './harness.ts'

/** The exchange's candle that starts so many minutes after T0. */
const seed = (interval: string, minutes: number, fields: Partial<Seed> = {}): Item => ({
  control: 'seed',
  value: {
    pair: PAIR,
    interval,
    open_time_ms: T0 + minutes * MINUTE_MS,
    ...{ open: 90, high: 95, low: 85, close: 92, volume: 4, trade_count: 7 },
    ...fields,
  },
})

const windows = (feed: Feed, interval: string) =>
  feed.candles
    .filter(c => c.interval === interval)
    .map(c => [(c.open_time_ms - T0) / MINUTE_MS, c.source ?? 'trades', c.complete, c.close])

it("publishes the exchange's candles, and then each window once from the birth on, without a hole", () => {
  const feed = new Feed({ intervals: ['1m', '5m'] })
  feed.take(birth(5 * MINUTE_MS), seed('1m', 3), seed('1m', 4, { close: 94 }), seed('5m', -5), seed('5m', 0))
  // The pair's first trade comes two minutes after its birth.
  feed.take(trade(1, 7.5 * MINUTE_MS), watermark(10 * MINUTE_MS))
  expect(feed.rejected).toEqual([])
  expect(windows(feed, '1m')).toEqual([
    [3, 'exchange', false, 92],
    [4, 'exchange', false, 94],
    [5, 'trades', true, 94],
    [6, 'trades', true, 94],
    [7, 'trades', true, 100],
    [8, 'trades', true, 100],
    [9, 'trades', true, 100],
  ])
  expect(windows(feed, '5m')).toEqual([
    [-5, 'exchange', false, 92],
    [0, 'exchange', false, 92],
    [5, 'trades', true, 100],
  ])
})

it('marks a candle with estimated values', () => {
  const [candle] = new Feed().take(birth(0), seed('1m', -1)).candles
  expect(candle).toEqual({
    pair: PAIR,
    interval: '1m',
    open_time_ms: T0 - MINUTE_MS,
    close_time_ms: T0,
    ...{ open: 90, high: 95, low: 85, close: 92, volume: 4 },
    quote_volume: (4 * (95 + 85 + 92)) / 3,
    vwap: (95 + 85 + 92) / 3,
    trade_count: 7,
    buy_volume: 2,
    first_trade_id: null,
    last_trade_id: null,
    complete: false,
    source: 'exchange',
  })
})

it('refuses a candle of an own window, a repeated one, and one that leaves a window out', () => {
  const feed = new Feed({ intervals: ['1m', '5m'] })
  feed.take(seed('1m', 0))
  feed.take(birth(7 * MINUTE_MS), seed('1m', 5))
  feed.take(seed('1m', 5), seed('1m', 4), seed('1m', 7), seed('5m', 5), seed('1m', 6.5), seed('1m', 6, { low: 93 }))
  feed.take(seed('5m', -5), seed('5m', 5), seed('1m', 6))
  expect(feed.rejected.map(({ reason }) => reason)).toEqual([
    'malformed',
    ...['late', 'late', 'late', 'late', 'malformed', 'malformed'],
    'late',
  ])
  expect(windows(feed, '1m').map(([minute]) => minute)).toEqual([5, 6])
  feed.take(seed('5m', 5)).take(trade(1, 7 * MINUTE_MS), seed('1m', 7))
  expect(feed.rejected.at(-1)).toMatchObject({ reason: 'late', detail: 'a seed follows the first trade of the pair' })
  // The window that the birth divides is the pair's own, and says that it may lack trades.
  feed.take(watermark(10 * MINUTE_MS))
  expect(windows(feed, '5m')).toEqual([
    [-5, 'exchange', false, 92],
    [5, 'trades', false, 100],
  ])
})

it('ignores intervals that it does not compute, and flat windows if they are skipped', () => {
  const flat = { open: 92, high: 92, low: 92, close: 92, volume: 0, trade_count: 0 }
  const feed = new Feed({ emptyCandles: 'skip' }).take(birth(0), seed('1h', -60), seed('1m', -2), seed('1m', -1, flat))
  expect(windows(feed, '1m')).toEqual([[-2, 'exchange', false, 92]])
  expect(feed.rejected).toEqual([])
})

it('continues after a restart between two candles of the exchange', () => {
  const feed = new Feed().take(birth(0), seed('1m', -2)).restored().take(seed('1m', -2), seed('1m', -1))
  feed.restored().take(trade(1, 0), watermark(MINUTE_MS))
  expect(feed.rejected).toMatchObject([{ reason: 'late' }])
  expect(windows(feed, '1m')).toEqual([
    [-2, 'exchange', false, 92],
    [-1, 'exchange', false, 92],
    [0, 'trades', true, 100],
  ])
})
