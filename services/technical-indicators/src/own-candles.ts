/** How far a series has come from candles that the exchange made, or from a hole. */
export interface OwnCandles {
  /**
   * Number of our own candles since the newest candle of the exchange, or since the newest hole. Absent if there was neither,
   * or once all indicators would have a value without what came before.
   */
  own?: number
  /**
   * Number of candles since the newest one whose indicators were given a candle of another interval that was not complete.
   * Absent if there was none, or once all indicators would have a value without it.
   */
  borrowed?: number
}
