import { body, dojiBody, longShadow, lowerShadow, upperShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Long-legged doji. Warm after 10 candles. */
export const cdllongleggeddoji = pattern({
  name: 'cdllongleggeddoji',
  candles: 1,
  before: 10,
  formula: 'doji with a long shadow',
  find: ([now]) =>
    body(now) <= dojiBody(now) && (lowerShadow(now) > longShadow(now) || upperShadow(now) > longShadow(now)) ? 100 : 0,
})
