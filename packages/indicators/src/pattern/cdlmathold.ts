import { body, bodyGapsUp, bottom, isBlack, isWhite, longBody, shortBody, top } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'
import { factor } from '../definition.ts'

/** Mat hold, bullish. Warm after 14 candles. */
export const cdlmathold = pattern({
  name: 'cdlmathold',
  candles: 5,
  before: 10,
  formula:
    'long white candle; short black candle that gaps up; two short candles that fall and hold in the first body; white candle that closes above their highs',
  parameters: [factor('penetration', 0.5)],
  find: ([now, one, two, three, four], penetration) => {
    const isFirst = isWhite(four) && body(four) > longBody(four)
    const isSecond = isBlack(three) && bodyGapsUp(four, three) && body(three) < shortBody(three)
    const holds = (candle: typeof now) =>
      bottom(candle) < four.close &&
      bottom(candle) > four.close - body(four) * penetration &&
      body(candle) < shortBody(candle)
    const falls = top(two) < three.open && top(one) < top(two)
    const closesAbove = isWhite(now) && now.open > one.close && now.close > Math.max(three.high, two.high, one.high)
    return isFirst && isSecond && holds(two) && holds(one) && falls && closesAbove ? 100 : 0
  },
})
