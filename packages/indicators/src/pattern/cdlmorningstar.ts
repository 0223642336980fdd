import { shortBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'
import { isMorningStar } from '../blocks/star.ts'
import { factor } from '../definition.ts'

/** Morning star, bullish. Warm after 12 candles. */
export const cdlmorningstar = pattern({
  name: 'cdlmorningstar',
  candles: 3,
  before: 10,
  formula: 'long black candle; short candle that gaps down; white candle that closes deep in the first body',
  parameters: [factor('penetration', 0.3)],
  find: ([now, one, two], penetration) => (isMorningStar([now, one, two], shortBody(one), penetration) ? 100 : 0),
})
