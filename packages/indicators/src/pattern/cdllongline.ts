import { body, color, longBody, lowerShadow, shortShadow, upperShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Long line candle. Warm after 10 candles. */
export const cdllongline = pattern({
  name: 'cdllongline',
  candles: 1,
  before: 10,
  formula: 'long body with short shadows',
  find: ([now]) =>
    body(now) > longBody(now) && upperShadow(now) < shortShadow(now) && lowerShadow(now) < shortShadow(now)
      ? 100 * color(now)
      : 0,
})
