import { dojiBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'
import { isMorningStar } from '../blocks/star.ts'
import { factor } from '../definition.ts'

/** Morning doji star, bullish. Warm after 12 candles. */
export const cdlmorningdojistar = pattern({
  name: 'cdlmorningdojistar',
  candles: 3,
  before: 10,
  formula: 'long black candle; doji that gaps down; white candle that closes deep in the first body',
  parameters: [factor('penetration', 0.3)],
  find: ([now, one, two], penetration) => (isMorningStar([now, one, two], dojiBody(one), penetration) ? 100 : 0),
})
