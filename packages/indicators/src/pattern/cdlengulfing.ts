import { body, bottom, color, top } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Engulfing; ±80 if the bodies share an end. Warm after 2 candles. */
export const cdlengulfing = pattern({
  name: 'cdlengulfing',
  candles: 2,
  before: 1,
  formula: 'candle; candle of the other colour whose body contains the first',
  find: ([now, one]) =>
    color(now) === -color(one) && top(now) >= top(one) && bottom(now) <= bottom(one) && body(now) > body(one)
      ? color(now) * (now.open !== one.close && now.close !== one.open ? 100 : 80)
      : 0,
})
