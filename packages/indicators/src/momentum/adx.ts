import { type AverageIndex, averageIndex, newAverageIndex } from '../blocks/average-index.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<AverageIndex> => ({
  outputs: [''],
  warmup: 2 * n - 1,
  initial: newAverageIndex,
  update: (state, bar) => [averageIndex(state, bar, n)],
})

/** Average directional movement index, 0 to 100. Warm after 2 · timeperiod − 1 candles. */
export const adx = define({
  name: 'adx',
  group: 'Momentum',
  formula: 'Wilder’s average of DX',
  source: 'TA-Lib ADX; Wilder 1978',
  parameters: [period(14)],
  make,
})
