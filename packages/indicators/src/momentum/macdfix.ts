import { exponential } from '../averages/exponential.ts'
import { convergence } from '../blocks/convergence.ts'
import { define, period } from '../definition.ts'

/** MACD of 12 and 26 candles with its first authors’ rounded weights. Warm after 24 + signalperiod candles. */
export const macdfix = define({
  name: 'macdfix',
  group: 'Momentum',
  formula: 'as MACD, of weights 0.15 and 0.075',
  source: 'TA-Lib MACDFIX',
  parameters: [period(9, 'signalperiod', 1)],
  make: signal => convergence(exponential(12, 0.15), exponential(26, 0.075), exponential(signal)),
})
