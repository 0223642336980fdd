import type { Candle } from '@candlewick/market-data'

export const T0 = 1_767_225_600_000
export const PAIR = 'BTC/USD'
const LENGTHS_MS = { '1m': 60_000, '5m': 300_000 }

/** The pair's n-th candle, of one trade. */
export const candle = (n: number, fields: Partial<Candle> = {}): Candle => {
  const interval = (fields.interval ?? '1m') as keyof typeof LENGTHS_MS
  const open_time_ms = T0 + n * LENGTHS_MS[interval]
  const price = fields.close ?? 100 + n
  return {
    pair: PAIR,
    interval,
    open_time_ms,
    close_time_ms: open_time_ms + LENGTHS_MS[interval],
    open: price,
    high: price,
    low: price,
    close: price,
    volume: 1,
    quote_volume: price,
    vwap: price,
    trade_count: 1,
    buy_volume: 1,
    first_trade_id: n,
    last_trade_id: n,
    complete: true,
    ...fields,
  }
}
