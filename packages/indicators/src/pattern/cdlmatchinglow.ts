import { equal, isBlack, isWithin } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Matching low, bullish. Warm after 6 candles. */
export const cdlmatchinglow = pattern({
  name: 'cdlmatchinglow',
  candles: 2,
  before: 5,
  formula: 'two black candles that close at the same price',
  find: ([now, one]) => (isBlack(one) && isBlack(now) && isWithin(now.close, one.close, equal(one)) ? 100 : 0),
})
