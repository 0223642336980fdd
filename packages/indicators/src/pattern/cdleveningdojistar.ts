import { dojiBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'
import { isEveningStar } from '../blocks/star.ts'
import { factor } from '../definition.ts'

/** Evening doji star, bearish. Warm after 12 candles. */
export const cdleveningdojistar = pattern({
  name: 'cdleveningdojistar',
  candles: 3,
  before: 10,
  formula: 'long white candle; doji that gaps up; black candle that closes deep in the first body',
  parameters: [factor('penetration', 0.3)],
  find: ([now, one, two], penetration) => (isEveningStar([now, one, two], dojiBody(one), penetration) ? -100 : 0),
})
