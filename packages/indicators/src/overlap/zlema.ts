import { lagOf, newZeroLag, type ZeroLag, zeroLagAverage } from '../averages/exponential.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<ZeroLag> => ({
  outputs: [''],
  warmup: lagOf(n) + n - 1,
  initial: newZeroLag,
  update: (state, { close }) => [zeroLagAverage(state, close, n)],
})

/** Zero-lag exponential moving average. Warm after timeperiod − 1 + (timeperiod − 1) / 2 candles. */
export const zlema = define({
  name: 'zlema',
  group: 'Overlap Studies',
  formula: 'EMA of 2 · close − the close (n − 1) / 2 candles ago',
  source: 'TA-Lib ZLEMA; Ehlers and Way, TASC 2010',
  parameters: [period(30)],
  make,
})
