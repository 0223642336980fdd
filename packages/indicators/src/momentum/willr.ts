import { newRange, type Range, range } from '../blocks/extremum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

const make = (n: number): Indicator<Range> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newRange,
  update(state, bar) {
    const found = range(state, bar, n)
    if (!found) return NONE
    const width = (found.high - found.low) / -100
    return [width === 0 ? 0 : (found.high - bar.close) / width]
  },
})

/** Williams' %R, −100 to 0; 0 where highest = lowest. Warm after timeperiod − 1 candles. */
export const willr = define({
  name: 'willr',
  group: 'Momentum',
  formula: '−100 · (highest − close) / (highest − lowest)',
  source: 'TA-Lib WILLR; Williams 1979',
  parameters: [period(14)],
  make,
})
