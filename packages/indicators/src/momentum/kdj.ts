import { movingAverage } from '../averages/moving-average.ts'
import { MISSING } from '../blocks/missing.ts'
import { newStochastic, type Slowed, slowed } from '../blocks/stochastic.ts'
import { define, maType, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (fastK: number, slowK: number, kType: number, slowD: number, dType: number): Indicator<Slowed> => {
  const [k, d] = [movingAverage(kType, slowK), movingAverage(dType, slowD)]
  return {
    outputs: ['k', 'd', 'j'],
    warmup: fastK - 1 + k.warmup + d.warmup,
    initial: () => newStochastic(k, d),
    update(state, bar) {
      const lines = slowed(state, bar, fastK, k, d)
      return lines ? [...lines, 3 * lines[0] - 2 * lines[1]] : [MISSING, MISSING, MISSING]
    },
  }
}

/** KDJ: a stochastic with Wilder's averages, and its third line. Warm after fastk + slowk + slowd − 3 candles. */
export const kdj = define({
  name: 'kdj',
  group: 'Momentum',
  formula: 'K, D as STOCH; J = 3 · K − 2 · D',
  source: 'TA-Lib KDJ',
  parameters: [
    period(9, 'fastk_period', 1),
    period(3, 'slowk_period', 1),
    maType('slowk_matype', 13),
    period(3, 'slowd_period', 1),
    maType('slowd_matype', 13),
  ],
  make,
})
