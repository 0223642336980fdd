import { MISSING } from '../blocks/missing.ts'
import { below, newSortedWindow, type SortedWindow, sortIn } from '../blocks/sorted-window.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<SortedWindow> => ({
  outputs: [''],
  warmup: n,
  initial: newSortedWindow,
  update(state, { close }) {
    const rank = state.sorted.length < n ? MISSING : (below(state.sorted, close) / n) * 100
    sortIn(state, close, n)
    return [rank]
  },
})

/** Percent of the n closes before that are below this one. Warm after timeperiod candles. */
export const percentrank = define({
  name: 'percentrank',
  group: 'Statistic',
  formula: '100 · closes below / n',
  source: 'TA-Lib PERCENTRANK',
  parameters: [period(100, 'timeperiod', 1)],
  make,
})
