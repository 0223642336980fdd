import { body, equal, isBlack, isWhite, isWithin, longBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** On-neck, bearish. Warm after 11 candles. */
export const cdlonneck = pattern({
  name: 'cdlonneck',
  candles: 2,
  before: 10,
  formula: 'long black candle; white candle that opens below its low and closes at its low',
  find: ([now, one]) =>
    isBlack(one) &&
    body(one) > longBody(one) &&
    isWhite(now) &&
    now.open < one.low &&
    isWithin(now.close, one.low, equal(one))
      ? -100
      : 0,
})
