import { bottom, color, isWhite, near, top } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Three-line strike. Warm after 8 candles. */
export const cdl3linestrike = pattern({
  name: 'cdl3linestrike',
  candles: 4,
  before: 5,
  formula:
    'three candles of one colour that open near the body before and close ever further; candle of the other colour that opens beyond them and closes beyond the first open',
  find: ([now, one, two, three]) => {
    const opensNear = (candle: typeof now, before: typeof now) =>
      candle.open >= bottom(before) - near(before) && candle.open <= top(before) + near(before)
    const isRow =
      color(three) === color(two) &&
      color(two) === color(one) &&
      color(now) === -color(one) &&
      opensNear(two, three) &&
      opensNear(one, two)
    return isRow &&
      (isWhite(one)
        ? one.close > two.close && two.close > three.close && now.open > one.close && now.close < three.open
        : one.close < two.close && two.close < three.close && now.open < one.close && now.close > three.open)
      ? 100 * color(one)
      : 0
  },
})
