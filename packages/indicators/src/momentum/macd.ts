import { exponential } from '../averages/exponential.ts'
import { convergence } from '../blocks/convergence.ts'
import { define, period } from '../definition.ts'

/**
 * Moving average convergence and divergence, its signal line and their difference. The fast average begins late, so
 * that both begin at the same candle. Warm after slowperiod + signalperiod − 2 candles.
 */
export const macd = define({
  name: 'macd',
  group: 'Momentum',
  formula: 'EMA(fast) − EMA(slow); its EMA(signal); their difference',
  source: 'TA-Lib MACD; Appel 1979',
  parameters: [period(12, 'fastperiod'), period(26, 'slowperiod'), period(9, 'signalperiod', 1)],
  make: (fast, slow, signal) =>
    convergence(exponential(Math.min(fast, slow)), exponential(Math.max(fast, slow)), exponential(signal)),
})
