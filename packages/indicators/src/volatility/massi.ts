import { type Exponential, emaWeight, newExponential, smooth } from '../blocks/exponential.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  once: Exponential
  twice: Exponential
  ratios: RollingSum
}

const make = (fast: number, slow: number): Indicator<State> => {
  const weight = emaWeight(fast)
  return {
    outputs: [''],
    warmup: 2 * (fast - 1) + slow - 1,
    initial: () => ({ once: newExponential(), twice: newExponential(), ratios: newRollingSum() }),
    update(state, { high, low }) {
      const once = smooth(state.once, high - low, fast, weight)
      const twice = isMissing(once) ? MISSING : smooth(state.twice, once, fast, weight)
      return isMissing(twice) ? NONE : [roll(state.ratios, twice === 0 ? 1 : once / twice, slow)]
    },
  }
}

/** Mass index; a ratio of 1 where nothing has moved. Warm after 2 · (fastperiod − 1) + slowperiod − 1 candles. */
export const massi = define({
  name: 'massi',
  group: 'Volatility',
  formula: 'Σ EMA(high − low) / EMA(EMA(high − low))',
  source: 'TA-Lib MASSI; Dorsey, TASC 1992',
  parameters: [period(9, 'fastperiod', 1), period(25, 'slowperiod', 1)],
  make,
})
