import { proportion } from '../blocks/change.ts'
import { type Exponential, emaWeight, newExponential, smooth } from '../blocks/exponential.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { newRing, push, type Ring } from '../blocks/ring.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  average: Exponential
  past: Ring
}

const make = (n: number, lag: number): Indicator<State> => {
  const weight = emaWeight(n)
  return {
    outputs: [''],
    warmup: n - 1 + lag,
    initial: () => ({ average: newExponential(), past: newRing() }),
    update(state, { high, low }) {
      const average = smooth(state.average, high - low, n, weight)
      const past = isMissing(average) ? MISSING : push(state.past, average, lag)
      return [100 * proportion(average, past)]
    },
  }
}

/** Chaikin's volatility, percent. Warm after timeperiod + rocperiod − 1 candles. */
export const cvi = define({
  name: 'cvi',
  group: 'Volatility',
  formula: 'rate of change of EMA(high − low)',
  source: 'TA-Lib CVI; Chaikin',
  parameters: [period(10), period(10, 'rocperiod', 1)],
  make,
})
