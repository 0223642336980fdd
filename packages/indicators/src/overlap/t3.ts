import { tillsonWeights } from '../averages/exponential.ts'
import { ofStack } from '../blocks/of-stack.ts'
import { define, factor, period } from '../definition.ts'

/** Tillson's T3 of the close. Warm after 6 · (timeperiod − 1) candles. */
export const t3 = define({
  name: 't3',
  group: 'Overlap Studies',
  formula: 'six EMAs of one another; the generalised DEMA of volume factor v three times over',
  source: 'TA-Lib T3; Tillson, TASC 1998',
  parameters: [period(5), factor('vfactor', 0.7, 0, 1)],
  make: (n, v) => ofStack(n, tillsonWeights(v)),
})
