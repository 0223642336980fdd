import { movingAverage } from '../averages/moving-average.ts'
import { share, smoothedBalance } from '../blocks/balance.ts'
import { type Filter, identity } from '../blocks/filter.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { newStochastic, type Slowed, slowed } from '../blocks/stochastic.ts'
import { define, maType, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  strength: unknown
  stochastic: Slowed
}

const make = (n: number, fastK: number, fastD: number, type: number): Indicator<State> => {
  const strength: Filter = smoothedBalance(n, share)
  const d = movingAverage(type, fastD)
  return {
    outputs: ['fastk', 'fastd'],
    warmup: n + fastK - 1 + d.warmup,
    initial: () => ({ strength: strength.initial(), stochastic: newStochastic(identity, d) }),
    update(state, { close }) {
      const value = strength.next(state.strength, close)
      if (isMissing(value)) return [MISSING, MISSING]
      const prices = { high: value, low: value, close: value }
      return slowed(state.stochastic, prices, fastK, identity, d) ?? [MISSING, MISSING]
    },
  }
}

/** Fast stochastic of the RSI. Warm after timeperiod + fastk + fastd − 2 candles with a simple average. */
export const stochrsi = define({
  name: 'stochrsi',
  group: 'Momentum',
  formula: '100 · (RSI − lowest RSI) / (highest RSI − lowest RSI); MA of that',
  source: 'TA-Lib STOCHRSI; Chande and Kroll, TASC 1993',
  parameters: [period(14), period(5, 'fastk_period', 1), period(3, 'fastd_period', 1), maType('fastd_matype')],
  make,
})
