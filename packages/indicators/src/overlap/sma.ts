import { simpleAverage } from '../averages/simple.ts'
import { newRollingSum, type RollingSum } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<RollingSum> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newRollingSum,
  update: (state, { close }) => [simpleAverage(state, close, n)],
})

/** Simple moving average of the close. Warm after timeperiod − 1 candles. */
export const sma = define({
  name: 'sma',
  group: 'Overlap Studies',
  formula: 'mean of the last closes',
  source: 'TA-Lib SMA',
  parameters: [period(30)],
  make,
})
