import { body, isBlack, isWhite, longBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'
import { factor } from '../definition.ts'

/** Dark cloud cover, bearish. Warm after 11 candles. */
export const cdldarkcloudcover = pattern({
  name: 'cdldarkcloudcover',
  candles: 2,
  before: 10,
  formula: 'long white candle; black candle that opens above its high and closes deep in its body',
  parameters: [factor('penetration', 0.5)],
  find: ([now, one], penetration) =>
    isWhite(one) &&
    body(one) > longBody(one) &&
    isBlack(now) &&
    now.open > one.high &&
    now.close > one.open &&
    now.close < one.close - body(one) * penetration
      ? -100
      : 0,
})
