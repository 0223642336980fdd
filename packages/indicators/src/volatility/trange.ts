import { newTrueRange, type TrueRange, trueRange } from '../blocks/true-range.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (): Indicator<TrueRange> => ({
  outputs: [''],
  warmup: 1,
  initial: newTrueRange,
  update: (state, bar) => [trueRange(state, bar)],
})

/** True range. Warm after 1 candle. */
export const trange = define({
  name: 'trange',
  group: 'Volatility',
  formula: 'max(high − low, |high − close before|, |low − close before|)',
  source: 'TA-Lib TRANGE; Wilder 1978',
  parameters: [],
  make,
})
