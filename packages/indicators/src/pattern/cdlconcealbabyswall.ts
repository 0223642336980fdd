import { bodyGapsDown, isBlack, lowerShadow, upperShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Concealing baby swallow, bullish. Warm after 13 candles. */
export const cdlconcealbabyswall = pattern({
  name: 'cdlconcealbabyswall',
  candles: 4,
  before: 10,
  formula:
    'two black marubozus; black candle that gaps down and has an upper shadow into the second body; black candle whose range contains it',
  find: ([now, one, two, three]) => {
    const isMarubozu = (candle: typeof now) =>
      isBlack(candle) && lowerShadow(candle) < veryShortShadow(candle) && upperShadow(candle) < veryShortShadow(candle)
    return isMarubozu(three) &&
      isMarubozu(two) &&
      isBlack(one) &&
      isBlack(now) &&
      bodyGapsDown(two, one) &&
      upperShadow(one) > veryShortShadow(one) &&
      one.high > two.close &&
      now.high > one.high &&
      now.low < one.low
      ? 100
      : 0
  },
})
