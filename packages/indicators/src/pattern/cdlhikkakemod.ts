import { near } from '../blocks/candle.ts'
import { confirmed } from '../blocks/hikkake.ts'
import { define } from '../definition.ts'

/** Modified hikkake; ±200 if one of the next three closes confirms it. Warm after 10 candles. */
export const cdlhikkakemod = define({
  name: 'cdlhikkakemod',
  group: 'Pattern Recognition',
  formula: 'two inside candles, the first closing near its low (high); candle with a lower (higher) high and low',
  source: 'TA-Lib CDLHIKKAKEMOD; Chesler, Active Trader 2004',
  parameters: [],
  make: () =>
    confirmed(4, 10, 3, ([now, one, two, three]) => {
      const isInside = two.high < three.high && two.low > three.low && one.high < two.high && one.low > two.low
      if (!isInside) return 0
      if (now.high < one.high && now.low < one.low && two.close <= two.low + near(two)) return 100
      return now.high > one.high && now.low > one.low && two.close >= two.high - near(two) ? -100 : 0
    }),
})
