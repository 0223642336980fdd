import { movingAverage } from '../averages/moving-average.ts'
import { identity } from '../blocks/filter.ts'
import { MISSING } from '../blocks/missing.ts'
import { newStochastic, type Slowed, slowed } from '../blocks/stochastic.ts'
import { define, maType, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (fastK: number, fastD: number, type: number): Indicator<Slowed> => {
  const d = movingAverage(type, fastD)
  return {
    outputs: ['fastk', 'fastd'],
    warmup: fastK - 1 + d.warmup,
    initial: () => newStochastic(identity, d),
    update: (state, bar) => slowed(state, bar, fastK, identity, d) ?? [MISSING, MISSING],
  }
}

/** Fast stochastic: STOCH with one average less. Warm after fastk + fastd − 2 candles with a simple average. */
export const stochf = define({
  name: 'stochf',
  group: 'Momentum',
  formula: '100 · (close − lowest) / (highest − lowest); MA of that',
  source: 'TA-Lib STOCHF; Lane',
  parameters: [period(5, 'fastk_period', 1), period(3, 'fastd_period', 1), maType('fastd_matype')],
  make,
})
