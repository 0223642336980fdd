import { simple } from '../averages/simple.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Simple moving average of the close. Warm after timeperiod − 1 candles. */
export const sma = define({
  name: 'sma',
  group: 'Overlap Studies',
  formula: 'mean of the last closes',
  source: 'TA-Lib SMA',
  parameters: [period(30)],
  make: n => onPrice(simple(n)),
})
