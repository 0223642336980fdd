import { type Adaptive, adaptiveAverage, newAdaptive } from '../averages/adaptive.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<Adaptive> => ({
  outputs: [''],
  warmup: n,
  initial: newAdaptive,
  update: (state, { close }) => [adaptiveAverage(state, close, n)],
})

/** Kaufman's adaptive moving average of the close. Warm after timeperiod candles. */
export const kama = define({
  name: 'kama',
  group: 'Overlap Studies',
  formula: 'EMA of weight (|change| / Σ |moves| · (2/3 − 2/31) + 2/31)²',
  source: 'TA-Lib KAMA; Kaufman, Smarter Trading, 1995',
  parameters: [period(30)],
  make,
})
