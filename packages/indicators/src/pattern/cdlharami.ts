import { body, bottom, color, longBody, shortBody, top } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Harami; ±80 if the bodies share an end. Warm after 11 candles. */
export const cdlharami = pattern({
  name: 'cdlharami',
  candles: 2,
  before: 10,
  formula: 'long candle; short candle within its body',
  find: ([now, one]) =>
    body(one) > longBody(one) && body(now) <= shortBody(now) && top(now) <= top(one) && bottom(now) >= bottom(one)
      ? -color(one) * (top(now) < top(one) && bottom(now) > bottom(one) ? 100 : 80)
      : 0,
})
