import { body, bodyGapsDown, bodyGapsUp, equal, isWhite, isWithin, near } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Up or down gap side-by-side white lines. Warm after 7 candles. */
export const cdlgapsidesidewhite = pattern({
  name: 'cdlgapsidesidewhite',
  candles: 3,
  before: 5,
  formula: 'candle; two white candles of the same size and open whose bodies gap away from it',
  find: ([now, one, two]) => {
    const isUp = bodyGapsUp(two, one) && bodyGapsUp(two, now)
    const isDown = bodyGapsDown(two, one) && bodyGapsDown(two, now)
    return (isUp || isDown) &&
      isWhite(one) &&
      isWhite(now) &&
      isWithin(body(now), body(one), near(one)) &&
      isWithin(now.open, one.open, equal(one))
      ? isUp
        ? 100
        : -100
      : 0
  },
})
