import { body, equal, isBlack, isWhite, longBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** In-neck, bearish. Warm after 11 candles. */
export const cdlinneck = pattern({
  name: 'cdlinneck',
  candles: 2,
  before: 10,
  formula: 'long black candle; white candle that opens below its low and closes at or just above its close',
  find: ([now, one]) =>
    isBlack(one) &&
    body(one) > longBody(one) &&
    isWhite(now) &&
    now.open < one.low &&
    now.close <= one.close + equal(one) &&
    now.close >= one.close
      ? -100
      : 0,
})
