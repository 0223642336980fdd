import { newRange, type Range, range } from '../blocks/extremum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

const make = (n: number): Indicator<Range> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newRange,
  update(state, bar) {
    const found = range(state, bar, n)
    return found === null ? NONE : [(found.high + found.low) / 2]
  },
})

/** Middle between the highest high and the lowest low. Warm after timeperiod − 1 candles. */
export const midprice = define({
  name: 'midprice',
  group: 'Overlap Studies',
  formula: '(highest high + lowest low) / 2',
  source: 'TA-Lib MIDPRICE',
  parameters: [period(14)],
  make,
})
