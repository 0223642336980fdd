import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

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
    state.sum = roll(state.volume, volume, n)
    return [sum === null || sum <= 0 ? null : volume / (sum / n)]
  },
})

/** Relative volume; null where nothing was traded before. Warm after timeperiod candles. */
export const rvol = define({
  name: 'rvol',
  group: 'Volume',
  formula: 'volume / mean volume of the n candles before',
  source: 'TA-Lib RVOL',
  parameters: [period(20, 'timeperiod', 1)],
  make,
})
