import { change, ratio } from '../blocks/change.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Rate of change as a ratio in percent. Warm after timeperiod candles. */
export const rocr100 = define({
  name: 'rocr100',
  group: 'Momentum',
  formula: '100 · close / past close',
  source: 'TA-Lib ROCR100',
  parameters: [period(10, 'timeperiod', 1)],
  make: n => onPrice(change(n, (value, past) => ratio(value, past) * 100)),
})
