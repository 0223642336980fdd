/** A candle as the exchange itself made it: decimal text, or a number where the exchange tells no text. */
export interface ExchangeCandle {
  readonly open_time_ms: number
  readonly open: string
  readonly high: string
  readonly low: string
  readonly close: string
  readonly volume: string
  /** Null where the exchange does not tell it. */
  readonly trade_count: number | null
}

/** An exchange's own candles: the judge of ours. */
export interface Ohlc {
  /** The lengths that it makes, by our names. */
  readonly intervals: readonly string[]
  /** How many there are of a length, counted back from now; undefined: all. */
  readonly candlesMax?: number
  /**
   * Closed candles that begin in [fromMs, toMs) (Unix ms), as far back as there are; some exchanges leave out those
   * without trades. A request or a few, within the exchange's rate limits.
   */
  candles(pair: string, interval: string, fromMs: number, toMs: number, signal: AbortSignal): Promise<ExchangeCandle[]>
}
