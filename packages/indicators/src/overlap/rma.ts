import { wilders } from '../averages/exponential.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Wilder's smoothed moving average of the close. Warm after timeperiod − 1 candles. */
export const rma = define({
  name: 'rma',
  group: 'Overlap Studies',
  formula: '(RMA · (n − 1) + close) / n',
  source: 'TA-Lib RMA; Wilder, New Concepts in Technical Trading Systems, 1978',
  parameters: [period(30)],
  make: n => onPrice(wilders(n)),
})
