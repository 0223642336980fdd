import { newSpread, type Spread, spread } from '../blocks/spread.ts'
import { define, factor, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number, deviations: number): Indicator<Spread> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newSpread,
  update(state, { close }) {
    const variance = spread(state, close, n)
    return [Math.sqrt(variance) * deviations]
  },
})

/** Population standard deviation of the close, times nbdev. Warm after timeperiod − 1 candles. */
export const stddev = define({
  name: 'stddev',
  group: 'Statistic',
  formula: 'nbdev · √(Σ (close − mean)² / n)',
  source: 'TA-Lib STDDEV',
  parameters: [period(5), factor('nbdev', 1)],
  make,
})
