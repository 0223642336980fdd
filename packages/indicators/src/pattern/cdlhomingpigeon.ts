import { body, isBlack, longBody, shortBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Homing pigeon, bullish. Warm after 11 candles. */
export const cdlhomingpigeon = pattern({
  name: 'cdlhomingpigeon',
  candles: 2,
  before: 10,
  formula: 'long black candle; short black candle within its body',
  find: ([now, one]) =>
    isBlack(one) &&
    isBlack(now) &&
    body(one) > longBody(one) &&
    body(now) <= shortBody(now) &&
    now.open < one.open &&
    now.close > one.close
      ? 100
      : 0,
})
