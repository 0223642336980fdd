import { body, far, isWhite, near, shortBody, upperShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Three advancing white soldiers, bullish. Warm after 12 candles. */
export const cdl3whitesoldiers = pattern({
  name: 'cdl3whitesoldiers',
  candles: 3,
  before: 10,
  formula:
    'three white candles without upper shadow that open in or near the body before, close higher and are not far smaller',
  find: ([now, one, two]) => {
    const isSoldier = (candle: typeof now) => isWhite(candle) && upperShadow(candle) < veryShortShadow(candle)
    const isRow = isSoldier(two) && isSoldier(one) && isSoldier(now)
    const follows = (candle: typeof now, before: typeof now) =>
      candle.close > before.close &&
      candle.open > before.open &&
      candle.open <= before.close + near(before) &&
      body(candle) > body(before) - far(before)
    return isRow && follows(one, two) && follows(now, one) && body(now) > shortBody(now) ? 100 : 0
  },
})
