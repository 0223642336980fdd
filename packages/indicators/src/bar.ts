/** A finished candle, as far as an indicator looks at it; prices in quote units, volumes in base units, time in Unix ms. */
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
  /** Over how many candles MAVP averages here, where somebody says so. */
  readonly periods?: number
}
