import { body, bodyGapsUp, isBlack, isWhite, longBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Two crows, bearish. Warm after 12 candles. */
export const cdl2crows = pattern({
  name: 'cdl2crows',
  candles: 3,
  before: 10,
  formula:
    'long white candle; black candle whose body gaps up; black candle that opens in the second body and closes in the first',
  find: ([now, one, two]) =>
    isWhite(two) &&
    body(two) > longBody(two) &&
    isBlack(one) &&
    bodyGapsUp(two, one) &&
    isBlack(now) &&
    now.open < one.open &&
    now.open > one.close &&
    now.close > two.open &&
    now.close < two.close
      ? -100
      : 0,
})
