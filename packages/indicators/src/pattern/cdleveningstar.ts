import { body, bodyGapsUp, isBlack, isWhite, longBody, shortBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'
import { factor } from '../definition.ts'

/** Evening star, bearish. Warm after 12 candles. */
export const cdleveningstar = pattern({
  name: 'cdleveningstar',
  candles: 3,
  before: 10,
  formula: 'long white; short that gaps up; black that closes deep in the first body',
  parameters: [factor('penetration', 0.3)],
  find: ([now, one, two], penetration) =>
    isWhite(two) &&
    body(two) > longBody(two) &&
    body(one) <= shortBody(one) &&
    bodyGapsUp(two, one) &&
    body(now) > shortBody(now) &&
    isBlack(now) &&
    now.close < two.close - body(two) * penetration
      ? -100
      : 0,
})
