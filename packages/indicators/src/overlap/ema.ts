import { type Exponential, emaWeight, newExponential, smooth } from '../blocks/exponential.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

/** It is written without a filter, which would double the cost. */
const make = (n: number): Indicator<Exponential> => {
  const weight = emaWeight(n)
  return {
    outputs: [''],
    warmup: n - 1,
    initial: newExponential,
    update(state, { close }) {
      return [smooth(state, close, n, weight)]
    },
  }
}

/** Exponential moving average of the close, which begins with the simple average. Warm after timeperiod − 1 candles. */
export const ema = define({
  name: 'ema',
  group: 'Overlap Studies',
  formula: 'EMA += (close − EMA) · 2 / (n + 1)',
  source: 'TA-Lib EMA',
  parameters: [period(30)],
  make,
})
