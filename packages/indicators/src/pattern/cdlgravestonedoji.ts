import { body, dojiBody, lowerShadow, upperShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Gravestone doji. Warm after 10 candles. */
export const cdlgravestonedoji = pattern({
  name: 'cdlgravestonedoji',
  candles: 1,
  before: 10,
  formula: 'doji with an upper shadow and without a lower one',
  find: ([now]) =>
    body(now) <= dojiBody(now) && lowerShadow(now) < veryShortShadow(now) && upperShadow(now) > veryShortShadow(now)
      ? 100
      : 0,
})
