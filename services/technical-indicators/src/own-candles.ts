/** How far a series is from the exchange's own candles, from a hole, and from incomplete candles of other intervals. */
export interface OwnCandles {
  /**
   * Number of our own candles since the newest candle of the exchange, or since the newest hole. Absent if there was neither,
   * or once all indicators would have a value without the candles before.
   */
  own?: number
  /**
   * Number of candles since the newest one for which an indicator used an incomplete candle of another interval. Absent if there
   * was none, or once all indicators would have a value without it.
   */
  borrowed?: number
}
