import { color, isWhite } from '../blocks/candle.ts'
import { pattern } from '../blocks/pattern.ts'

/** Three outside up or down. Warm after 3 candles. */
export const cdl3outside = pattern({
  name: 'cdl3outside',
  candles: 3,
  before: 1,
  formula:
    'candle; candle of the other colour whose body engulfs the first; candle that closes further in its direction',
  find: ([now, one, two]) =>
    color(one) === -color(two) &&
    (isWhite(one)
      ? one.close > two.open && one.open < two.close && now.close > one.close
      : one.open > two.close && one.close < two.open && now.close < one.close)
      ? 100 * color(one)
      : 0,
})
