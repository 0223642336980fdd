import { body, bodyGapsDown, dojiBody, isBlack, isWhite, longBody, shortBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'
import { factor } from '../definition.ts'

/** Morning doji star, bullish. Warm after 12 candles. */
export const cdlmorningdojistar = pattern({
  name: 'cdlmorningdojistar',
  candles: 3,
  before: 10,
  formula: 'long black; doji that gaps down; white that closes deep in the first body',
  parameters: [factor('penetration', 0.3)],
  find: ([now, one, two], penetration) =>
    isBlack(two) &&
    body(two) > longBody(two) &&
    body(one) <= dojiBody(one) &&
    bodyGapsDown(two, one) &&
    body(now) > shortBody(now) &&
    isWhite(now) &&
    now.close > two.close + body(two) * penetration
      ? 100
      : 0,
})
