import { type Comovement, comove, newComovement } from '../blocks/comovement.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

const make = (n: number): Indicator<Comovement> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newComovement,
  update(state, { high, low }) {
    const spreads = comove(state, high, low, n)
    if (!spreads) return NONE
    const { x, y, both } = spreads
    return [x > 0 && y > 0 ? Math.max(-1, Math.min(1, both / Math.sqrt(x * y))) : 0]
  },
})

/** Pearson's correlation of high and low, −1 to 1; 0 where either does not move. Warm after timeperiod − 1 candles. */
export const correl = define({
  name: 'correl',
  group: 'Statistic',
  formula: 'covariance(high, low) / (σ high · σ low)',
  source: 'TA-Lib CORREL, whose default inputs are high and low',
  parameters: [period(30)],
  make,
})
