import {
  body,
  bodyGapsDown,
  longShadow,
  lowerShadow,
  shortBody,
  upperShadow,
  veryShortShadow,
} from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Inverted hammer, bullish. Warm after 11 candles. */
export const cdlinvertedhammer = pattern({
  name: 'cdlinvertedhammer',
  candles: 2,
  before: 10,
  formula: 'short body that gaps down, with a long upper shadow and without a lower one',
  find: ([now, one]) =>
    body(now) < shortBody(now) &&
    upperShadow(now) > longShadow(now) &&
    lowerShadow(now) < veryShortShadow(now) &&
    bodyGapsDown(one, now)
      ? 100
      : 0,
})
