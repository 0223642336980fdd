import { body, color, isWhite, longBody, lowerShadow, upperShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Belt-hold. Warm after 10 candles. */
export const cdlbelthold = pattern({
  name: 'cdlbelthold',
  candles: 1,
  before: 10,
  formula: 'long candle without shadow at its open',
  find: ([now]) =>
    body(now) > longBody(now) && (isWhite(now) ? lowerShadow(now) : upperShadow(now)) < veryShortShadow(now)
      ? 100 * color(now)
      : 0,
})
