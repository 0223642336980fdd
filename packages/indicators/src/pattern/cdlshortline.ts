import { body, color, lowerShadow, shortBody, shortShadow, upperShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Short line candle. Warm after 10 candles. */
export const cdlshortline = pattern({
  name: 'cdlshortline',
  candles: 1,
  before: 10,
  formula: 'short body with short shadows',
  find: ([now]) =>
    body(now) < shortBody(now) && upperShadow(now) < shortShadow(now) && lowerShadow(now) < shortShadow(now)
      ? 100 * color(now)
      : 0,
})
