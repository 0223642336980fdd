import { body, color, dojiBody, gapsDown, gapsUp, isBlack, isWhite, longBody, shortBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'
import { factor } from '../definition.ts'

/** Abandoned baby. Warm after 12 candles. */
export const cdlabandonedbaby = pattern({
  name: 'cdlabandonedbaby',
  candles: 3,
  before: 10,
  formula:
    'long candle; doji that gaps away; candle of the other colour than the first that gaps back and closes in the first body',
  parameters: [factor('penetration', 0.3)],
  find: ([now, one, two], penetration) => {
    const isTop =
      isBlack(now) && now.close < two.close - body(two) * penetration && gapsUp(two, one) && gapsDown(one, now)
    const isBottom =
      isWhite(now) && now.close > two.close + body(two) * penetration && gapsDown(two, one) && gapsUp(one, now)
    return body(two) > longBody(two) &&
      body(one) <= dojiBody(one) &&
      body(now) > shortBody(now) &&
      (isWhite(two) ? isTop : isBottom)
      ? 100 * color(now)
      : 0
  },
})
