import { shortBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'
import { isEveningStar } from '../blocks/star.ts'
import { factor } from '../definition.ts'

/** Evening star, bearish. Warm after 12 candles. */
export const cdleveningstar = pattern({
  name: 'cdleveningstar',
  candles: 3,
  before: 10,
  formula: 'long white candle; short candle that gaps up; black candle that closes deep in the first body',
  parameters: [factor('penetration', 0.3)],
  find: ([now, one, two], penetration) => (isEveningStar([now, one, two], shortBody(one), penetration) ? -100 : 0),
})
