import { body, bottom, color, longBody, shortBody, top } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Rising or falling three methods. Warm after 14 candles. */
export const cdlrisefall3methods = pattern({
  name: 'cdlrisefall3methods',
  candles: 5,
  before: 10,
  formula:
    'long candle; three short candles of the other colour that go back within its range; long candle of its colour that closes beyond it',
  find: ([now, one, two, three, four]) => {
    const side = color(four)
    const isLong = body(four) > longBody(four) && color(now) === side && body(now) > longBody(now)
    const isRow = color(three) === -side && color(two) === -side && color(one) === -side
    const holds = (candle: typeof now) =>
      body(candle) < shortBody(candle) && bottom(candle) < four.high && top(candle) > four.low
    const goesBack = two.close * side < three.close * side && one.close * side < two.close * side
    const goesOn = now.open * side > one.close * side && now.close * side > four.close * side
    return isLong && isRow && [three, two, one].every(holds) && goesBack && goesOn ? 100 * side : 0
  },
})
