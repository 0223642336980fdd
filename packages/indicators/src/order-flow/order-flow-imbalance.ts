import { isMissing } from '../blocks/missing.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  bought: RollingSum
  volume: RollingSum
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n - 1,
  initial: () => ({ bought: newRollingSum(), volume: newRollingSum() }),
  update(state, bar) {
    const bought = roll(state.bought, bar.buy_volume, n)
    const volume = roll(state.volume, bar.volume, n)
    if (isMissing(bought) || isMissing(volume)) return NONE
    return [volume > 0 ? (2 * bought - volume) / volume : 0]
  },
})

/** Order-flow imbalance, −1 (all sold) to 1 (all bought by takers); 0 without trades. Warm after timeperiod − 1 candles. */
export const orderFlowImbalance = define({
  name: 'order_flow_imbalance',
  group: 'Order Flow',
  formula: '(Σ buy volume − Σ sell volume) / Σ volume',
  source: 'Chordia, Roll and Subrahmanyam, JFE 65, 2002; not in TA-Lib',
  parameters: [period(20, 'timeperiod', 1)],
  make,
})
