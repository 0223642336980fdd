import { body, bottom, color, dojiBody, longBody, top } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Harami cross; ±80 if the bodies share an end. Warm after 11 candles. */
export const cdlharamicross = pattern({
  name: 'cdlharamicross',
  candles: 2,
  before: 10,
  formula: 'long candle; doji within its body',
  find: ([now, one]) =>
    body(one) > longBody(one) && body(now) <= dojiBody(now) && top(now) <= top(one) && bottom(now) >= bottom(one)
      ? -color(one) * (top(now) < top(one) && bottom(now) > bottom(one) ? 100 : 80)
      : 0,
})
