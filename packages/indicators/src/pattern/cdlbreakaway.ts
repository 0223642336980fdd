import { body, bodyGapsDown, bodyGapsUp, color, isBlack, longBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Breakaway. Warm after 14 candles. */
export const cdlbreakaway = pattern({
  name: 'cdlbreakaway',
  candles: 5,
  before: 10,
  formula:
    'long candle; candle of its colour that gaps away; two candles that go on; candle of the other colour that closes in the gap',
  find: ([now, one, two, three, four]) => {
    const falls =
      bodyGapsDown(four, three) &&
      two.high < three.high &&
      two.low < three.low &&
      one.high < two.high &&
      one.low < two.low &&
      now.close > three.open &&
      now.close < four.close
    const rises =
      bodyGapsUp(four, three) &&
      two.high > three.high &&
      two.low > three.low &&
      one.high > two.high &&
      one.low > two.low &&
      now.close < three.open &&
      now.close > four.close
    return body(four) > longBody(four) &&
      color(four) === color(three) &&
      color(three) === color(one) &&
      color(one) === -color(now) &&
      (isBlack(four) ? falls : rises)
      ? 100 * color(now)
      : 0
  },
})
