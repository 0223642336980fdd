import { body, isWhite, longBody, near, shortBody, upperShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Stalled pattern, bearish. Warm after 12 candles. */
export const cdlstalledpattern = pattern({
  name: 'cdlstalledpattern',
  candles: 3,
  before: 10,
  formula:
    'two long white candles, the second without upper shadow; short white candle at the upper end of the second body or above it',
  find: ([now, one, two]) => {
    const isRow = isWhite(two) && isWhite(one) && isWhite(now) && now.close > one.close && one.close > two.close
    const isSecond =
      body(two) > longBody(two) &&
      body(one) > longBody(one) &&
      upperShadow(one) < veryShortShadow(one) &&
      one.open > two.open &&
      one.open <= two.close + near(two)
    return isRow && isSecond && body(now) < shortBody(now) && now.open >= one.close - body(now) - near(one) ? -100 : 0
  },
})
