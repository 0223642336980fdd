import { ofCandle } from '../blocks/on-price.ts'
import { define } from '../definition.ts'

/** Average price. Warm at once. */
export const avgprice = define({
  name: 'avgprice',
  group: 'Price Transform',
  formula: '(open + high + low + close) / 4',
  source: 'TA-Lib AVGPRICE',
  parameters: [],
  make: () => ofCandle(({ open, high, low, close }) => (high + low + close + open) / 4),
})
