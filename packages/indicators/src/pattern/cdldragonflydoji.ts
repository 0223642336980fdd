import { body, dojiBody, lowerShadow, upperShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Dragonfly doji. Warm after 10 candles. */
export const cdldragonflydoji = pattern({
  name: 'cdldragonflydoji',
  candles: 1,
  before: 10,
  formula: 'doji with a lower shadow and without an upper one',
  find: ([now]) =>
    body(now) <= dojiBody(now) && upperShadow(now) < veryShortShadow(now) && lowerShadow(now) > veryShortShadow(now)
      ? 100
      : 0,
})
