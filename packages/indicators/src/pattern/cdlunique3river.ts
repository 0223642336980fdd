import { body, isBlack, isWhite, longBody, shortBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Unique three river, bullish. Warm after 12 candles. */
export const cdlunique3river = pattern({
  name: 'cdlunique3river',
  candles: 3,
  before: 10,
  formula:
    'long black candle; black candle within its body, with a lower low; short white candle that opens above that low',
  find: ([now, one, two]) =>
    isBlack(two) &&
    body(two) > longBody(two) &&
    isBlack(one) &&
    one.close > two.close &&
    one.open <= two.open &&
    one.low < two.low &&
    isWhite(now) &&
    body(now) < shortBody(now) &&
    now.open > one.low
      ? 100
      : 0,
})
