import { newSortedWindow, type SortedWindow, sortIn } from '../blocks/sorted-window.ts'
import { define, factor, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

const make = (n: number, percentile: number): Indicator<SortedWindow> => {
  const rank = Math.max(1, Math.ceil((percentile * n) / 100))
  return {
    outputs: [''],
    warmup: n - 1,
    initial: newSortedWindow,
    update(state, { close }) {
      sortIn(state, close, n)
      return state.sorted.length < n ? NONE : [state.sorted[rank - 1]!]
    },
  }
}

/** Nearest-rank percentile of the close. Warm after timeperiod − 1 candles. */
export const percentile = define({
  name: 'percentile',
  group: 'Statistic',
  formula: 'the ⌈percentile · n / 100⌉-th smallest close',
  source: 'TA-Lib PERCENTILE',
  parameters: [period(30), factor('percentile', 50, 0, 100)],
  make,
})
