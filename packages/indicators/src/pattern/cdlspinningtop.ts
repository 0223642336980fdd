import { body, color, lowerShadow, shortBody, upperShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Spinning top. Warm after 10 candles. */
export const cdlspinningtop = pattern({
  name: 'cdlspinningtop',
  candles: 1,
  before: 10,
  formula: 'short body with shadows that are longer',
  find: ([now]) =>
    body(now) < shortBody(now) && upperShadow(now) > body(now) && lowerShadow(now) > body(now) ? 100 * color(now) : 0,
})
