import { bodyGapsDown, bodyGapsUp, bottom, color, isWhite, top } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Upside or downside gap three methods. Warm after 2 candles. */
export const cdlxsidegap3methods = pattern({
  name: 'cdlxsidegap3methods',
  candles: 3,
  before: 0,
  formula:
    'two candles of one colour with a gap between them; candle of the other colour that opens in the second body and closes in the first',
  find: ([now, one, two]) =>
    color(two) === color(one) &&
    color(one) === -color(now) &&
    now.open < top(one) &&
    now.open > bottom(one) &&
    now.close < top(two) &&
    now.close > bottom(two) &&
    (isWhite(two) ? bodyGapsUp(two, one) : bodyGapsDown(two, one))
      ? 100 * color(two)
      : 0,
})
