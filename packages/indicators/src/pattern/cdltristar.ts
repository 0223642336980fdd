import { body, bodyGapsDown, bodyGapsUp, bottom, dojiBody, top } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Tristar. Warm after 12 candles. */
export const cdltristar = pattern({
  name: 'cdltristar',
  candles: 3,
  before: 10,
  formula: 'three dojis, of which the second gaps away from both others',
  find: ([now, one, two]) => {
    const limit = dojiBody(two)
    if (body(two) > limit || body(one) > limit || body(now) > limit) return 0
    if (bodyGapsUp(two, one) && top(now) < top(one)) return -100
    return bodyGapsDown(two, one) && bottom(now) > bottom(one) ? 100 : 0
  },
})
