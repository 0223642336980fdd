import { newRange, type Range, range } from '../blocks/extremum.ts'
import { MISSING } from '../blocks/missing.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<Range> => ({
  outputs: ['upper', 'middle', 'lower'],
  warmup: n - 1,
  initial: newRange,
  update(state, bar) {
    const found = range(state, bar, n)
    return found ? [found.high, (found.high + found.low) / 2, found.low] : [MISSING, MISSING, MISSING]
  },
})

/** Donchian channel: highest high, lowest low and their middle. Warm after timeperiod − 1 candles. */
export const donchian = define({
  name: 'donchian',
  group: 'Overlap Studies',
  formula: 'highest high; (highest + lowest) / 2; lowest low',
  source: 'TA-Lib DONCHIAN',
  parameters: [period(20)],
  make,
})
