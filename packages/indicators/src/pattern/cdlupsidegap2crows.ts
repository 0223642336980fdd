import { body, bodyGapsUp, isBlack, isWhite, longBody, shortBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Upside gap two crows, bearish. Warm after 12 candles. */
export const cdlupsidegap2crows = pattern({
  name: 'cdlupsidegap2crows',
  candles: 3,
  before: 10,
  formula:
    'long white candle; short black candle that gaps up; black candle around its body that closes above the first',
  find: ([now, one, two]) =>
    isWhite(two) &&
    body(two) > longBody(two) &&
    isBlack(one) &&
    body(one) <= shortBody(one) &&
    bodyGapsUp(two, one) &&
    isBlack(now) &&
    now.open > one.open &&
    now.close < one.close &&
    now.close > two.close
      ? -100
      : 0,
})
