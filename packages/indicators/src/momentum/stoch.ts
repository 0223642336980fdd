import { movingAverage } from '../averages/moving-average.ts'
import { MISSING } from '../blocks/missing.ts'
import { newStochastic, type Slowed, slowed } from '../blocks/stochastic.ts'
import { define, maType, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (fastK: number, slowK: number, kType: number, slowD: number, dType: number): Indicator<Slowed> => {
  const [k, d] = [movingAverage(kType, slowK), movingAverage(dType, slowD)]
  return {
    outputs: ['slowk', 'slowd'],
    warmup: fastK - 1 + k.warmup + d.warmup,
    initial: () => newStochastic(k, d),
    update: (state, bar) => slowed(state, bar, fastK, k, d) ?? [MISSING, MISSING],
  }
}

/**
 * Stochastic: where the close stands between the lowest low and the highest high (0 to 100; 0 where they are equal),
 * averaged, and averaged again. Warm after fastk + slowk + slowd − 3 candles with simple averages.
 */
export const stoch = define({
  name: 'stoch',
  group: 'Momentum',
  formula: 'MA of 100 · (close − lowest) / (highest − lowest); MA of that',
  source: 'TA-Lib STOCH; Lane',
  parameters: [
    period(5, 'fastk_period', 1),
    period(3, 'slowk_period', 1),
    maType('slowk_matype'),
    period(3, 'slowd_period', 1),
    maType('slowd_matype'),
  ],
  make,
})
