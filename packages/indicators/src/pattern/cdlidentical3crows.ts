import { equal, isBlack, isWithin, lowerShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Identical three crows, bearish. Warm after 12 candles. */
export const cdlidentical3crows = pattern({
  name: 'cdlidentical3crows',
  candles: 3,
  before: 10,
  formula: 'three black candles without lower shadow, each opening where the one before closed',
  find: ([now, one, two]) => {
    const isCrow = (candle: typeof now) => isBlack(candle) && lowerShadow(candle) < veryShortShadow(candle)
    return isCrow(two) &&
      isCrow(one) &&
      isCrow(now) &&
      two.close > one.close &&
      one.close > now.close &&
      isWithin(one.open, two.close, equal(two)) &&
      isWithin(now.open, one.close, equal(one))
      ? -100
      : 0
  },
})
