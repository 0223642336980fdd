import { type AverageRange, averageRange, newAverageRange } from '../blocks/average-range.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<AverageRange> => ({
  outputs: [''],
  warmup: n,
  initial: newAverageRange,
  update: (state, bar) => [averageRange(state, bar, n)],
})

/** Average true range. Warm after timeperiod candles. */
export const atr = define({
  name: 'atr',
  group: 'Volatility',
  formula: 'Wilder’s average of the true range',
  source: 'TA-Lib ATR; Wilder 1978',
  parameters: [period(14, 'timeperiod', 1)],
  make,
})
