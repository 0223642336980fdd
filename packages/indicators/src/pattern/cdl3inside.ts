import { body, bottom, color, isBlack, isWhite, longBody, shortBody, top } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Three inside up or down. Warm after 12 candles. */
export const cdl3inside = pattern({
  name: 'cdl3inside',
  candles: 3,
  before: 10,
  formula:
    'long candle; short candle within its body; candle of the other colour than the first that closes beyond the first open',
  find: ([now, one, two]) =>
    body(two) > longBody(two) &&
    body(one) <= shortBody(one) &&
    top(one) < top(two) &&
    bottom(one) > bottom(two) &&
    (isWhite(two) ? isBlack(now) && now.close < two.open : isWhite(now) && now.close > two.open)
      ? -100 * color(two)
      : 0,
})
