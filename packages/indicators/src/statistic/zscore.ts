import { isMissing } from '../blocks/missing.ts'
import { newSpread, type Spread, spread } from '../blocks/spread.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

const make = (n: number): Indicator<Spread> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newSpread,
  update(state, { close }) {
    const variance = spread(state, close, n)
    if (isMissing(variance)) return NONE
    return [variance === 0 ? 0 : (close - (state.anchor + state.sum / n)) / Math.sqrt(variance)]
  },
})

/** Z-score of the close among the last ones; 0 where all are equal. Warm after timeperiod − 1 candles. */
export const zscore = define({
  name: 'zscore',
  group: 'Statistic',
  formula: '(close − mean) / population standard deviation',
  source: 'not in TA-Lib',
  parameters: [period(20)],
  make,
})
