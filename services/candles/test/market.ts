import type { Trade } from '@candlewick/market-data'
import fc from 'fast-check'
import { PAIR, T0 } from './harness.ts'

/** Decimals as exchanges write them, of up to 8 places, small and large. */
export const amount = fc
  .tuple(fc.integer({ min: 1, max: 2 ** 31 }), fc.integer({ min: 0, max: 8 }))
  .map(([digits, places]) => Number(`${digits}e-${places}`))

/** Bursts, pauses and long silences (ms). */
const pause = fc.oneof(
  { weight: 10, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 60_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(60_000, 300_000, 3_600_000) },
)

/** A market's trades in the order of their ids and times; the first comes within an hour. */
export const market = (maxLength = 60): fc.Arbitrary<Trade[]> =>
  fc
    .tuple(
      fc.integer({ min: 0, max: 3_600_000 }),
      fc.array(fc.tuple(pause, amount, amount, fc.constantFrom('buy', 'sell', null)), { minLength: 1, maxLength }),
    )
    .map(([startMs, rows]) => {
      let timestamp_ms = T0 + startMs
      return rows.map(([wait, price, qty, side], i) => {
        timestamp_ms += wait
        return { pair: PAIR, trade_id: 1000 + i, side, price, qty, timestamp_ms } as Trade
      })
    })

/** Sets of intervals, with and without their greatest common divisor among them. */
export const intervals: fc.Arbitrary<string[]> = fc.constantFrom(
  ['1m'],
  ['1m', '5m', '15m', '1h'],
  ['10m', '15m'],
  ['2m', '3m', '4m'],
  ['90s', '1m'],
  ['1h', '1d', '1w'],
)
