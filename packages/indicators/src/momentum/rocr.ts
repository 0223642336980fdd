import { change, ratio } from '../blocks/change.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Rate of change as a ratio. Warm after timeperiod candles. */
export const rocr = define({
  name: 'rocr',
  group: 'Momentum',
  formula: 'close / past close',
  source: 'TA-Lib ROCR',
  parameters: [period(10, 'timeperiod', 1)],
  make: n => onPrice(change(n, ratio)),
})
