import { change, proportion } from '../blocks/change.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Rate of change as a share: the simple return. Warm after timeperiod candles. */
export const rocp = define({
  name: 'rocp',
  group: 'Momentum',
  formula: '(close − past close) / past close',
  source: 'TA-Lib ROCP',
  parameters: [period(10, 'timeperiod', 1)],
  make: n => onPrice(change(n, proportion)),
})
