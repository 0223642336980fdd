import { ofCandle, typical } from '../blocks/on-price.ts'
import { define } from '../definition.ts'

/** Typical price. Warm at once. */
export const typprice = define({
  name: 'typprice',
  group: 'Price Transform',
  formula: '(high + low + close) / 3',
  source: 'TA-Lib TYPPRICE',
  parameters: [],
  make: () => ofCandle(typical),
})
