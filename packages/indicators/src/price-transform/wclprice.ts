import { ofCandle } from '../blocks/on-price.ts'
import { define } from '../definition.ts'

/** Weighted close price. Warm at once. */
export const wclprice = define({
  name: 'wclprice',
  group: 'Price Transform',
  formula: '(high + low + 2 · close) / 4',
  source: 'TA-Lib WCLPRICE',
  parameters: [],
  make: () => ofCandle(({ high, low, close }) => (high + low + close * 2) / 4),
})
