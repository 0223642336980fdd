import { equal, isBlack, isWhite, isWithin } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Stick sandwich, bullish. Warm after 7 candles. */
export const cdlsticksandwich = pattern({
  name: 'cdlsticksandwich',
  candles: 3,
  before: 5,
  formula: 'black candle; white candle whose low is above its close; black candle that closes where the first did',
  find: ([now, one, two]) =>
    isBlack(two) && isWhite(one) && isBlack(now) && one.low > two.close && isWithin(now.close, two.close, equal(two))
      ? 100
      : 0,
})
