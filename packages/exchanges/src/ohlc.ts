/** A candle that the exchange computed. Its values are decimal text. */
export interface ExchangeCandle {
  readonly open_time_ms: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
  /** Null if the exchange does not publish it. */
  readonly trade_count: number | null
}

/** An exchange's own candles, with which ours are compared. */
export interface Ohlc {
  /** The exchange's intervals, by our names. */
  readonly intervals: readonly string[]
  /** Number of the newest candles of an interval that the exchange keeps; undefined: all. */
  readonly candlesMax?: number
  /**
   * @returns closed candles that begin in [fromMs, toMs) (Unix ms), as far back as the exchange has them. Some exchanges
   * leave out windows without trades. Takes one or a few requests, within the exchange's rate limits.
   */
  candles(pair: string, interval: string, fromMs: number, toMs: number, signal: AbortSignal): Promise<ExchangeCandle[]>
}
