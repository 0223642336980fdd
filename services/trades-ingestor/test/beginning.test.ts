import type { ExchangeCandle } from '@candlewick/exchanges'
import { describe, expect, it } from 'vitest'
import { affordableStart, alignedStart, seedsOf } from '../src/beginning.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const NOON = Date.UTC(2026, 0, 5, 12)

/** The candle that starts so many minutes after noon. */
const candle = (minutes: number, fields: Partial<ExchangeCandle> = {}): ExchangeCandle => ({
  open_time_ms: NOON + minutes * MINUTE_MS,
  ...{ open: '1.5', high: '2', low: '1', close: '1.75', volume: '10', trade_count: 100 },
  ...fields,
})
const hours = (...counts: (number | null)[]) =>
  counts.map((trade_count, i) => candle(60 * (i - counts.length), { trade_count }))

describe('the start of a history', () => {
  it('is so far back that the trades since then take 20 seconds to fetch', () => {
    const start = (minutes: number, ...counts: (number | null)[]) =>
      affordableStart(hours(...counts), '1h', NOON + minutes * MINUTE_MS)
    expect(start(30, 10_000, 10_000, 10_000, 10_000)).toBe(NOON - HOUR_MS)
    expect(start(0, 10_000, 10_000, 10_000, 10_000)).toBe(NOON - 2 * HOUR_MS)
    expect(start(30, 1, 40_000)).toBe(NOON)
    expect(start(59, 1, 40_000)).toBeUndefined()
  })

  it('is at most a day back, and not before a window that the exchange does not publish', () => {
    expect(affordableStart(hours(...Array(40).fill(1)), '1h', NOON + 1)).toBe(NOON - 23 * HOUR_MS)
    expect(affordableStart([candle(-180), candle(-60)], '1h', NOON)).toBe(NOON - HOUR_MS)
  })

  it('is not known when the exchange does not publish trade counts', () => {
    expect(affordableStart(hours(null, null), '1h', NOON)).toBeUndefined()
    expect(affordableStart([], '1h', NOON)).toBeUndefined()
  })

  it('is moved back, if configured, to the start of the longest window that fits', () => {
    const at = NOON + 20 * MINUTE_MS
    expect(alignedStart(at, 2 * HOUR_MS, ['1m', '1h', '1d'])).toBe(NOON - 2 * HOUR_MS)
    expect(alignedStart(at, 2 * HOUR_MS, ['1w'])).toBe(at - 2 * HOUR_MS)
  })
})

describe('the candles before it', () => {
  const opens = (...args: Parameters<typeof seedsOf>) =>
    seedsOf(...args).map(({ open_time_ms, trade_count }) => [(open_time_ms - NOON) / MINUTE_MS, trade_count])

  it('end without a hole where the first window of our own trades begins', () => {
    const candles = [candle(-20), candle(-15), candle(-5), candle(0), candle(5)]
    expect(opens('BTC/USD', '5m', candles, NOON + 4 * MINUTE_MS, 10)).toEqual([
      [-20, 100],
      [-15, 100],
      [-10, 0],
      [-5, 100],
    ])
    expect(opens('BTC/USD', '5m', candles, NOON, 1)).toEqual([[-5, 100]])
    expect(opens('BTC/USD', '5m', [candle(-15)], NOON, 10)).toEqual([
      [-15, 100],
      [-10, 0],
      [-5, 0],
    ])
    expect(opens('BTC/USD', '5m', [candle(0)], NOON, 10)).toEqual([])
  })

  it('have the values of the exchange', () => {
    expect(seedsOf('BTC/USD', '5m', [candle(-5, { trade_count: null })], NOON, 1)).toEqual([
      {
        ...{ pair: 'BTC/USD', interval: '5m', open_time_ms: NOON - 5 * MINUTE_MS },
        ...{ open: 1.5, high: 2, low: 1, close: 1.75, volume: 10, trade_count: 0 },
      },
    ])
    expect(() => seedsOf('BTC/USD', '5m', [candle(-5, { high: 'NaN' })], NOON, 1)).toThrow(/5m candle of BTC\/USD/)
  })
})
