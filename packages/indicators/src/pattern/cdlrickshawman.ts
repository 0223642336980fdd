import { body, bottom, dojiBody, longShadow, lowerShadow, near, range, top, upperShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Rickshaw man. Warm after 10 candles. */
export const cdlrickshawman = pattern({
  name: 'cdlrickshawman',
  candles: 1,
  before: 10,
  formula: 'doji with long shadows and the body near the middle',
  find: ([now]) => {
    const middle = now.low + range(now) / 2
    return body(now) <= dojiBody(now) &&
      lowerShadow(now) > longShadow(now) &&
      upperShadow(now) > longShadow(now) &&
      bottom(now) <= middle + near(now) &&
      top(now) >= middle - near(now)
      ? 100
      : 0
  },
})
