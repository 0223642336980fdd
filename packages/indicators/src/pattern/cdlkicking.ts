import { color, kicks } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Kicking. Warm after 11 candles. */
export const cdlkicking = pattern({
  name: 'cdlkicking',
  candles: 2,
  before: 10,
  formula: 'marubozu; marubozu of the other colour that gaps away',
  find: ([now, one]) => (kicks(one, now) ? 100 * color(now) : 0),
})
