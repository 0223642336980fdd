import { body, isBlack, isWhite, longBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Piercing, bullish. Warm after 11 candles. */
export const cdlpiercing = pattern({
  name: 'cdlpiercing',
  candles: 2,
  before: 10,
  formula: 'long black candle; long white candle that opens below its low and closes above the middle of its body',
  find: ([now, one]) =>
    isBlack(one) &&
    body(one) > longBody(one) &&
    isWhite(now) &&
    body(now) > longBody(now) &&
    now.open < one.low &&
    now.close < one.open &&
    now.close > one.close + body(one) * 0.5
      ? 100
      : 0,
})
