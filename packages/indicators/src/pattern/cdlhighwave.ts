import { body, color, lowerShadow, shortBody, upperShadow, veryLongShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** High-wave candle. Warm after 10 candles. */
export const cdlhighwave = pattern({
  name: 'cdlhighwave',
  candles: 1,
  before: 10,
  formula: 'short body with very long shadows',
  find: ([now]) =>
    body(now) < shortBody(now) && upperShadow(now) > veryLongShadow(now) && lowerShadow(now) > veryLongShadow(now)
      ? 100 * color(now)
      : 0,
})
