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

/** Hanging man, bearish. Warm after 11 candles. */
export const cdlhangingman = pattern({
  name: 'cdlhangingman',
  candles: 2,
  before: 10,
  formula: 'short body with a long lower shadow and without an upper one, at or near the high of the candle before',
  find: ([now, one]) =>
    body(now) < shortBody(now) &&
    lowerShadow(now) > longShadow(now) &&
    upperShadow(now) < veryShortShadow(now) &&
    bottom(now) >= one.high - near(one)
      ? -100
      : 0,
})
