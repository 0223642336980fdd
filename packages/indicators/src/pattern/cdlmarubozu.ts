import { body, color, longBody, lowerShadow, upperShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Marubozu. Warm after 10 candles. */
export const cdlmarubozu = pattern({
  name: 'cdlmarubozu',
  candles: 1,
  before: 10,
  formula: 'long body without shadows',
  find: ([now]) =>
    body(now) > longBody(now) && upperShadow(now) < veryShortShadow(now) && lowerShadow(now) < veryShortShadow(now)
      ? 100 * color(now)
      : 0,
})
