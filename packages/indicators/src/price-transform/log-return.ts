import { change } from '../blocks/change.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Log return over timeperiod candles. Warm after timeperiod candles. */
export const logReturn = define({
  name: 'log_return',
  group: 'Price Transform',
  formula: 'ln(close / past close)',
  source: 'not in TA-Lib',
  parameters: [period(1, 'timeperiod', 1)],
  make: n => onPrice(change(n, (value, past) => Math.log(value / past))),
})
