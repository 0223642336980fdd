/** How far a series is from the exchange's own candles, from a hole, and from incomplete candles of other intervals. */
export interface OwnCandles {
  /**
   * Number of our own candles since the newest candle of the exchange, or since the newest hole. Absent if there was neither, or
   * once all indicators would have a value without the earlier candles.
   */
  own?: number
  /**
   * Number of candles since the newest candle for which an indicator used an incomplete candle of another interval, or of which
   * there was another one with other values. Absent if there was no such candle, or once all indicators would have a value without it.
   */
  borrowed?: number
}
