import { proportion } from '../blocks/change.ts'
import { type Comovement, comove, newComovement } from '../blocks/comovement.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  before: { high: number; low: number } | null
  returns: Comovement
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n,
  initial: () => ({ before: null, returns: newComovement() }),
  update(state, { high, low }) {
    const { before } = state
    state.before = { high, low }
    if (before === null) return NONE
    const spreads = comove(state.returns, proportion(high, before.high), proportion(low, before.low), n)
    return spreads === null ? NONE : [spreads.x > 0 ? spreads.both / spreads.x : 0]
  },
})

/** Beta of the low's returns on the high's; 0 where the high does not move. Warm after timeperiod candles. */
export const beta = define({
  name: 'beta',
  group: 'Statistic',
  formula: 'covariance(return of the high, of the low) / variance(return of the high)',
  source: 'TA-Lib BETA, whose default inputs are high and low',
  parameters: [period(5, 'timeperiod', 1)],
  make,
})
