import {
  body,
  color,
  gapsDown,
  gapsUp,
  isBlack,
  longBody,
  lowerShadow,
  upperShadow,
  veryShortShadow,
} from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Kicking. Warm after 11 candles. */
export const cdlkicking = pattern({
  name: 'cdlkicking',
  candles: 2,
  before: 10,
  formula: 'marubozu; marubozu of the other colour that gaps away',
  find: ([now, one]) => {
    const isMarubozu = (candle: typeof now) =>
      body(candle) > longBody(candle) &&
      upperShadow(candle) < veryShortShadow(candle) &&
      lowerShadow(candle) < veryShortShadow(candle)
    return color(one) === -color(now) &&
      isMarubozu(one) &&
      isMarubozu(now) &&
      (isBlack(one) ? gapsUp(one, now) : gapsDown(one, now))
      ? 100 * color(now)
      : 0
  },
})
