import {
  body,
  isBlack,
  longBody,
  longShadow,
  lowerShadow,
  shortBody,
  upperShadow,
  veryShortShadow,
} from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Three stars in the south, bullish. Warm after 12 candles. */
export const cdl3starsinsouth = pattern({
  name: 'cdl3starsinsouth',
  candles: 3,
  before: 10,
  formula:
    'long black candle with a long lower shadow; smaller black candle that opens in its range and does not fall below it; short black marubozu within the range of the second',
  find: ([now, one, two]) => {
    const isFirst = isBlack(two) && body(two) > longBody(two) && lowerShadow(two) > longShadow(two)
    const isSecond =
      isBlack(one) &&
      body(one) < body(two) &&
      one.open > two.close &&
      one.open <= two.high &&
      one.low < two.close &&
      one.low >= two.low &&
      lowerShadow(one) > veryShortShadow(one)
    const isThird =
      isBlack(now) &&
      body(now) < shortBody(now) &&
      lowerShadow(now) < veryShortShadow(now) &&
      upperShadow(now) < veryShortShadow(now) &&
      now.low > one.low &&
      now.high < one.high
    return isFirst && isSecond && isThird ? 100 : 0
  },
})
