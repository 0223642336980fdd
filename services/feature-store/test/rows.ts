import type { FeatureRow, Trade } from '@candlewick/market-data'
import type { StoredRow } from '../src/row.ts'

export const T0 = Date.UTC(2026, 0, 1)
export const MINUTE_MS = 60_000

/** The feature row of the n-th minute. */
export function featureRow(n: number, pair = 'BTC/USD', fields: Partial<FeatureRow> = {}): FeatureRow {
  const open_time_ms = T0 + n * MINUTE_MS
  return {
    pair,
    interval: '1m',
    open_time_ms,
    close_time_ms: open_time_ms + MINUTE_MS,
    ...{ open: 100 + n, high: 110.5 + n, low: 90.25, close: 100.1 + n, volume: 1e-8, quote_volume: 1 / 3, vwap: 100 },
    trade_count: n,
    buy_volume: 0.5,
    first_trade_id: n === 0 ? null : n,
    last_trade_id: n === 0 ? null : n,
    complete: n > 0,
    sma_7: n < 7 ? null : n / 7,
    ...fields,
  }
}

/** The row as a record of the log, published half a second after its window closed. */
export const stored = (offset: number, row: FeatureRow): StoredRow => ({
  offset,
  publishedMs: row.close_time_ms + 500,
  row,
})

/** The n-th trade of a pair: every third one is a sale, and of every fifth one the side is not known. */
export const trade = (n: number, pair = 'BTC/USD'): Trade => ({
  pair,
  trade_id: n,
  side: n % 5 === 0 ? null : n % 3 === 0 ? 'sell' : 'buy',
  price: 64000.1 + n / 3,
  qty: 1e-8 * (n + 1),
  timestamp_ms: T0 + 250 * n,
})

/** The trade as it lies in the log. */
export const storedTrade = (offset: number, row: Trade): StoredRow => ({
  offset,
  publishedMs: row.timestamp_ms + 100,
  row,
})
