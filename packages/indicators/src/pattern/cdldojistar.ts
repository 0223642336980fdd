import { body, bodyGapsDown, bodyGapsUp, color, dojiBody, isWhite, longBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Doji star. Warm after 11 candles. */
export const cdldojistar = pattern({
  name: 'cdldojistar',
  candles: 2,
  before: 10,
  formula: 'long candle; doji that gaps away',
  find: ([now, one]) =>
    body(one) > longBody(one) &&
    body(now) <= dojiBody(now) &&
    (isWhite(one) ? bodyGapsUp(one, now) : bodyGapsDown(one, now))
      ? -100 * color(one)
      : 0,
})
