import { type AverageRange, averageRange, newAverageRange } from '../blocks/average-range.ts'
import { isMissing } from '../blocks/missing.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

const make = (n: number): Indicator<AverageRange> => ({
  outputs: [''],
  warmup: n,
  initial: newAverageRange,
  update(state, bar) {
    const range = averageRange(state, bar, n)
    if (isMissing(range)) return NONE
    return [n === 1 ? range : bar.close === 0 ? 0 : (range / bar.close) * 100]
  },
})

/** Normalised average true range, percent of the close. Warm after timeperiod candles. */
export const natr = define({
  name: 'natr',
  group: 'Volatility',
  formula: '100 · ATR / close',
  source: 'TA-Lib NATR; Forman, TASC 2006',
  parameters: [period(14, 'timeperiod', 1)],
  make,
})
