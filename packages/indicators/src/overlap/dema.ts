import { DOUBLE } from '../averages/exponential.ts'
import { ofStack } from '../blocks/of-stack.ts'
import { define, period } from '../definition.ts'

/** Double exponential moving average of the close. Warm after 2 · (timeperiod − 1) candles. */
export const dema = define({
  name: 'dema',
  group: 'Overlap Studies',
  formula: '2 · EMA − EMA(EMA)',
  source: 'TA-Lib DEMA; Mulloy, TASC 1994',
  parameters: [period(30)],
  make: n => ofStack(n, DOUBLE),
})
