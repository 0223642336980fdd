import { isMissing } from '../blocks/missing.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  close: number | null
  impact: RollingSum
  traded: RollingSum
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n,
  initial: () => ({ close: null, impact: newRollingSum(), traded: newRollingSum() }),
  update(state, { close, quote_volume }) {
    const before = state.close
    state.close = close
    if (before === null) return NONE
    const counts = quote_volume > 0 && before > 0
    const impact = roll(state.impact, counts ? Math.abs(close / before - 1) / quote_volume : 0, n)
    const traded = roll(state.traded, counts ? 1 : 0, n)
    return isMissing(impact) || traded === 0 ? NONE : [impact / traded]
  },
})

/** Amihud's illiquidity: return per unit of quote currency; no value if there were no trades. Warm after timeperiod candles. */
export const amihud = define({
  name: 'amihud',
  group: 'Order Flow',
  formula: 'mean of |close / close before − 1| / quote volume over the candles with trades',
  source: 'Amihud, Journal of Financial Markets 5, 2002; not in TA-Lib',
  parameters: [period(20, 'timeperiod', 1)],
  make,
})
