import { isBlack, isWhite, upperShadow, veryShortShadow } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Ladder bottom, bullish. Warm after 14 candles. */
export const cdlladderbottom = pattern({
  name: 'cdlladderbottom',
  candles: 5,
  before: 10,
  formula:
    'three black candles that open and close ever lower; black candle with an upper shadow; white candle that opens above its body and closes above its high',
  find: ([now, one, two, three, four]) =>
    isBlack(four) &&
    isBlack(three) &&
    isBlack(two) &&
    four.open > three.open &&
    three.open > two.open &&
    four.close > three.close &&
    three.close > two.close &&
    isBlack(one) &&
    upperShadow(one) > veryShortShadow(one) &&
    isWhite(now) &&
    now.open > one.open &&
    now.close > one.high
      ? 100
      : 0,
})
