import {
  body,
  color,
  equal,
  isWhite,
  isWithin,
  longBody,
  lowerShadow,
  upperShadow,
  veryShortShadow,
} from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Separating lines. Warm after 11 candles. */
export const cdlseparatinglines = pattern({
  name: 'cdlseparatinglines',
  candles: 2,
  before: 10,
  formula: 'candle; belt-hold of the other colour that opens at the same price',
  find: ([now, one]) =>
    color(one) === -color(now) &&
    isWithin(now.open, one.open, equal(one)) &&
    body(now) > longBody(now) &&
    (isWhite(now) ? lowerShadow(now) : upperShadow(now)) < veryShortShadow(now)
      ? 100 * color(now)
      : 0,
})
