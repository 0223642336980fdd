import { body, color, isWhite, longBody, lowerShadow, upperShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Closing marubozu. Warm after 10 candles. */
export const cdlclosingmarubozu = pattern({
  name: 'cdlclosingmarubozu',
  candles: 1,
  before: 10,
  formula: 'long candle without shadow at its close',
  find: ([now]) =>
    body(now) > longBody(now) && (isWhite(now) ? upperShadow(now) : lowerShadow(now)) < veryShortShadow(now)
      ? 100 * color(now)
      : 0,
})
