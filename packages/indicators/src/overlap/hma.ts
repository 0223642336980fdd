import { hull } from '../averages/weighted.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Hull's moving average of the close. Warm after timeperiod + ⌊√timeperiod⌋ − 2 candles. */
export const hma = define({
  name: 'hma',
  group: 'Overlap Studies',
  formula: 'WMA over √n of 2 · WMA(n / 2) − WMA(n)',
  source: 'TA-Lib HMA; Hull, 2005',
  parameters: [period(20)],
  make: n => onPrice(hull(n)),
})
