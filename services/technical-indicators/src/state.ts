import type { SetState } from '@candlewick/indicators'

/** A pair's series of candles, by interval. */
export interface PairState {
  readonly pair: string
  readonly series: { [interval: string]: Series }
}

export interface Series {
  indicators: SetState
  /** Of the newest candle (Unix ms). */
  open_time_ms: number
  /** The last id that a candle of the series has named; null before there is one. */
  last_trade_id: number | null
  /** Indicators that are new and have to catch up with the newest candle. */
  warming?: Warming
}

export interface Warming {
  indicators: SetState
  /** Of the newest candle that they have had (Unix ms); null before the first. */
  open_time_ms: number | null
}
