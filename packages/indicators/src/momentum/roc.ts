import { change, percentage } from '../blocks/change.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Rate of change in percent. Warm after timeperiod candles. */
export const roc = define({
  name: 'roc',
  group: 'Momentum',
  formula: '100 · (close / past close − 1)',
  source: 'TA-Lib ROC',
  parameters: [period(10, 'timeperiod', 1)],
  make: n => onPrice(change(n, percentage)),
})
