import { body, color, kicks } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Kicking; the longer candle gives the sign. Warm after 11 candles. */
export const cdlkickingbylength = pattern({
  name: 'cdlkickingbylength',
  candles: 2,
  before: 10,
  formula: 'marubozu; marubozu of the other colour that gaps away; the longer one gives the sign',
  find: ([now, one]) => (kicks(one, now) ? 100 * color(body(now) > body(one) ? now : one) : 0),
})
