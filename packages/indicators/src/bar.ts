/** The fields of a finished candle that indicators use; prices in quote units, volumes in base units, time in Unix ms. */
export interface Bar {
  readonly open_time_ms: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number
  readonly quote_volume: number
  readonly buy_volume: number
  readonly trade_count: number
  readonly vwap: number
  /** Pair and interval of the candle, e.g. `BTC/USD` and `1m`, when a service provides it. */
  readonly pair?: string
  readonly interval?: string
  /** The number of candles that MAVP averages at this candle, if it is given. */
  readonly periods?: number
}
