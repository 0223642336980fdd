import { percentage } from '../blocks/change.ts'
import { type Exponential, emaWeight, newExponential, smooth } from '../blocks/exponential.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  once: Exponential
  twice: Exponential
  thrice: Exponential
}

const make = (n: number): Indicator<State> => {
  const weight = emaWeight(n)
  return {
    outputs: [''],
    warmup: 3 * (n - 1) + 1,
    initial: () => ({ once: newExponential(), twice: newExponential(), thrice: newExponential() }),
    update({ once, twice, thrice }, { close }) {
      const first = smooth(once, close, n, weight)
      const second = isMissing(first) ? MISSING : smooth(twice, first, n, weight)
      if (isMissing(second)) return NONE
      const hasBegun = thrice.count === n
      const before = thrice.value
      const third = smooth(thrice, second, n, weight)
      return !isMissing(third) && hasBegun ? [percentage(third, before)] : NONE
    },
  }
}

/** One-candle rate of change of a triple exponential average. Warm after 3 · (timeperiod − 1) + 1 candles. */
export const trix = define({
  name: 'trix',
  group: 'Momentum',
  formula: 'ROC(1) of EMA(EMA(EMA(close)))',
  source: 'TA-Lib TRIX; Hutson, TASC 1983',
  parameters: [period(30, 'timeperiod', 1)],
  make,
})
