import { body, dojiBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Doji. Warm after 10 candles. */
export const cdldoji = pattern({
  name: 'cdldoji',
  candles: 1,
  before: 10,
  formula: 'body of at most a tenth of the mean range',
  find: ([now]) => (body(now) <= dojiBody(now) ? 100 : 0),
})
