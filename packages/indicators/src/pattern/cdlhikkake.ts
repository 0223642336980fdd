import { confirmed } from '../blocks/hikkake.ts'
import { define } from '../definition.ts'

/** Hikkake: a false break of an inside candle; ±200 if one of the next three closes confirms it. Warm after 5 candles. */
export const cdlhikkake = define({
  name: 'cdlhikkake',
  group: 'Pattern Recognition',
  formula: 'inside candle; candle with a lower high and low (100), or with a higher high and low (−100)',
  source: 'TA-Lib CDLHIKKAKE; Chesler, Active Trader 2004',
  parameters: [],
  make: () =>
    confirmed(3, 5, 3, ([now, one, two]) => {
      if (!(one.high < two.high && one.low > two.low)) return 0
      if (now.high < one.high && now.low < one.low) return 100
      return now.high > one.high && now.low > one.low ? -100 : 0
    }),
})
