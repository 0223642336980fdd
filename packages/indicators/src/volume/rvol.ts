import { isMissing } from '../blocks/missing.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  volume: RollingSum
  sum: number | null
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n,
  initial: () => ({ volume: newRollingSum(), sum: null }),
  update(state, { volume }) {
    const { sum } = state
    const last = roll(state.volume, volume, n)
    state.sum = isMissing(last) ? null : last
    return sum === null || sum <= 0 ? NONE : [volume / (sum / n)]
  },
})

/** Relative volume; none where nothing was traded before. Warm after timeperiod candles. */
export const rvol = define({
  name: 'rvol',
  group: 'Volume',
  formula: 'volume / mean volume of the n candles before',
  source: 'TA-Lib RVOL',
  parameters: [period(20, 'timeperiod', 1)],
  make,
})
