import { body, dojiBody, lowerShadow, upperShadow, veryLongShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Takuri: a dragonfly doji with a very long lower shadow. Warm after 10 candles. */
export const cdltakuri = pattern({
  name: 'cdltakuri',
  candles: 1,
  before: 10,
  formula: 'doji with a very long lower shadow and without an upper one',
  find: ([now]) =>
    body(now) <= dojiBody(now) && upperShadow(now) < veryShortShadow(now) && lowerShadow(now) > veryLongShadow(now)
      ? 100
      : 0,
})
