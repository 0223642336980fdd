import { body, bodyGapsDown, bodyGapsUp, equal, isWhite, isWithin, near } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Up or down gap side-by-side white lines. Warm after 7 candles. */
export const cdlgapsidesidewhite = pattern({
  name: 'cdlgapsidesidewhite',
  candles: 3,
  before: 5,
  formula: 'two white of the same size and open that gap away from the one before',
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
