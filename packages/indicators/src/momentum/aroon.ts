import { age, newRange, type Range, range } from '../blocks/extremum.ts'
import { MISSING } from '../blocks/missing.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<Range> => ({
  outputs: ['down', 'up'],
  warmup: n,
  initial: newRange,
  update(state, bar) {
    if (!range(state, bar, n + 1)) return [MISSING, MISSING]
    return [(100 / n) * (n - age(state.low)), (100 / n) * (n - age(state.high))]
  },
})

/** Aroon: how new the lowest low and the highest high are, 0 to 100. Warm after timeperiod candles. */
export const aroon = define({
  name: 'aroon',
  group: 'Momentum',
  formula: '100 · (n − candles since the lowest low) / n; the same since the highest high',
  source: 'TA-Lib AROON; Chande, TASC 1995',
  parameters: [period(14)],
  make,
})
