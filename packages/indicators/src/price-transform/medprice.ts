import { median, ofCandle } from '../blocks/on-price.ts'
import { define } from '../definition.ts'

/** Median price. Warm at once. */
export const medprice = define({
  name: 'medprice',
  group: 'Price Transform',
  formula: '(high + low) / 2',
  source: 'TA-Lib MEDPRICE',
  parameters: [],
  make: () => ofCandle(median),
})
