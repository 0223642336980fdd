import { isBlack, isWhite, lowerShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Three black crows, bearish. Warm after 13 candles. */
export const cdl3blackcrows = pattern({
  name: 'cdl3blackcrows',
  candles: 4,
  before: 10,
  formula: 'white candle; three black candles without lower shadow that open in the body before and close lower',
  find: ([now, one, two, three]) => {
    const isCrow = (candle: typeof now) => isBlack(candle) && lowerShadow(candle) < veryShortShadow(candle)
    return isWhite(three) &&
      isCrow(two) &&
      isCrow(one) &&
      isCrow(now) &&
      one.open < two.open &&
      one.open > two.close &&
      now.open < one.open &&
      now.open > one.close &&
      three.high > two.close &&
      two.close > one.close &&
      one.close > now.close
      ? -100
      : 0
  },
})
