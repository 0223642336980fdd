import { body, equal, isBlack, isWhite, longBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Thrusting, bearish. Warm after 11 candles. */
export const cdlthrusting = pattern({
  name: 'cdlthrusting',
  candles: 2,
  before: 10,
  formula: 'long black candle; white candle that opens below its low and closes in the lower half of its body',
  find: ([now, one]) =>
    isBlack(one) &&
    body(one) > longBody(one) &&
    isWhite(now) &&
    now.open < one.low &&
    now.close > one.close + equal(one) &&
    now.close <= one.close + body(one) * 0.5
      ? -100
      : 0,
})
