import { exponential } from '../averages/exponential.ts'
import type { Exponential } from '../blocks/exponential.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<Exponential> => {
  const average = exponential(n)
  return {
    outputs: ['bull', 'bear'],
    warmup: average.warmup,
    initial: () => average.initial(),
    update(state, { high, low, close }) {
      const middle = average.next(state, close)
      return isMissing(middle) ? [MISSING, MISSING] : [high - middle, low - middle]
    },
  }
}

/** Elder-ray index: bull and bear power. Warm after timeperiod − 1 candles. */
export const eri = define({
  name: 'eri',
  group: 'Momentum',
  formula: 'high − EMA(close); low − EMA(close)',
  source: 'TA-Lib ERI; Elder, Trading for a Living, 1993',
  parameters: [period(13)],
  make,
})
