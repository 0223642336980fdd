import { body, color, equal, isWithin, longBody } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Counterattack. Warm after 11 candles. */
export const cdlcounterattack = pattern({
  name: 'cdlcounterattack',
  candles: 2,
  before: 10,
  formula: 'long candle; long candle of the other colour that closes at the same price',
  find: ([now, one]) =>
    color(one) === -color(now) &&
    body(one) > longBody(one) &&
    body(now) > longBody(now) &&
    isWithin(now.close, one.close, equal(one))
      ? 100 * color(now)
      : 0,
})
