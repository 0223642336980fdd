import { body, bodyGapsDown, bodyGapsUp, bottom, color, isBlack, isWhite, near, top } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Tasuki gap. Warm after 7 candles. */
export const cdltasukigap = pattern({
  name: 'cdltasukigap',
  candles: 3,
  before: 5,
  formula:
    'candle that gaps away; candle of the other colour and of its size that opens in its body and closes in the gap',
  find: ([now, one, two]) => {
    const isUp =
      bodyGapsUp(two, one) &&
      isWhite(one) &&
      isBlack(now) &&
      now.open < one.close &&
      now.open > one.open &&
      now.close < one.open &&
      now.close > top(two)
    const isDown =
      bodyGapsDown(two, one) &&
      isBlack(one) &&
      isWhite(now) &&
      now.open < one.open &&
      now.open > one.close &&
      now.close > one.open &&
      now.close < bottom(two)
    return (isUp || isDown) && Math.abs(body(one) - body(now)) < near(one) ? 100 * color(one) : 0
  },
})
