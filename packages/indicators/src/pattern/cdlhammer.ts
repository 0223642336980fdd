import {
  body,
  bottom,
  longShadow,
  lowerShadow,
  near,
  shortBody,
  upperShadow,
  veryShortShadow,
} from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Hammer, bullish. Warm after 11 candles. */
export const cdlhammer = pattern({
  name: 'cdlhammer',
  candles: 2,
  before: 10,
  formula: 'short body with a long lower shadow and without an upper one, at or near the low of the candle before',
  find: ([now, one]) =>
    body(now) < shortBody(now) &&
    lowerShadow(now) > longShadow(now) &&
    upperShadow(now) < veryShortShadow(now) &&
    bottom(now) <= one.low + near(one)
      ? 100
      : 0,
})
