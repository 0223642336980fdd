import { type AverageIndex, averageIndex, newAverageIndex } from '../blocks/average-index.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { newRing, push, type Ring } from '../blocks/ring.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  index: AverageIndex
  past: Ring
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: 3 * n - 2,
  initial: () => ({ index: newAverageIndex(), past: newRing() }),
  update(state, bar) {
    const value = averageIndex(state.index, bar, n)
    const past = isMissing(value) ? MISSING : push(state.past, value, n - 1)
    return [(value + past) / 2]
  },
})

/** Average directional movement rating, 0 to 100. Warm after 3 · timeperiod − 2 candles. */
export const adxr = define({
  name: 'adxr',
  group: 'Momentum',
  formula: '(ADX + ADX n − 1 candles before) / 2',
  source: 'TA-Lib ADXR; Wilder 1978',
  parameters: [period(14)],
  make,
})
