import { body, bodyGapsUp, longShadow, lowerShadow, shortBody, upperShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Shooting star, bearish. Warm after 11 candles. */
export const cdlshootingstar = pattern({
  name: 'cdlshootingstar',
  candles: 2,
  before: 10,
  formula: 'short body that gaps up, with a long upper shadow and without a lower one',
  find: ([now, one]) =>
    body(now) < shortBody(now) &&
    upperShadow(now) > longShadow(now) &&
    lowerShadow(now) < veryShortShadow(now) &&
    bodyGapsUp(one, now)
      ? -100
      : 0,
})
