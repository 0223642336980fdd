import { TRIPLE } from '../averages/exponential.ts'
import { ofStack } from '../blocks/of-stack.ts'
import { define, period } from '../definition.ts'

/** Triple exponential moving average of the close. Warm after 3 · (timeperiod − 1) candles. */
export const tema = define({
  name: 'tema',
  group: 'Overlap Studies',
  formula: '3 · EMA − 3 · EMA(EMA) + EMA(EMA(EMA))',
  source: 'TA-Lib TEMA; Mulloy, TASC 1994',
  parameters: [period(30)],
  make: n => ofStack(n, TRIPLE),
})
