import type { Candle } from '@candlewick/market-data'
import type { Fold } from './fold.ts'

export interface Window {
  readonly pair: string
  readonly interval: string
  readonly openMs: number
  readonly closeMs: number
}

/** The candle of a window's trades; without any it is flat, at the previous close. */
export function candleOf(window: Window, fold: Fold, previousClose: number, complete: boolean): Candle {
  const { pair, interval, openMs, closeMs } = window
  const traded = fold.count > 0
  const volume = fold.volume + fold.volume_error
  const quote_volume = fold.quote + fold.quote_error
  return {
    pair,
    interval,
    open_time_ms: openMs,
    close_time_ms: closeMs,
    open: traded ? fold.open : previousClose,
    high: traded ? fold.high : previousClose,
    low: traded ? fold.low : previousClose,
    close: traded ? fold.close : previousClose,
    volume,
    quote_volume,
    vwap: traded ? quote_volume / volume : previousClose,
    trade_count: fold.count,
    buy_volume: fold.buy + fold.buy_error,
    first_trade_id: fold.first_id,
    last_trade_id: fold.last_id,
    complete,
  }
}
