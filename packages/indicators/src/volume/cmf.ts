import { isMissing } from '../blocks/missing.ts'
import { moneyFlow } from '../blocks/money-flow.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  flow: RollingSum
  volume: RollingSum
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n - 1,
  initial: () => ({ flow: newRollingSum(), volume: newRollingSum() }),
  update(state, bar) {
    const flow = roll(state.flow, moneyFlow(bar), n)
    const volume = roll(state.volume, bar.volume, n)
    if (isMissing(flow) || isMissing(volume)) return NONE
    return [volume > 0 ? flow / volume : 0]
  },
})

/** Chaikin's money flow, −1 to 1; 0 where nothing was traded. Warm after timeperiod − 1 candles. */
export const cmf = define({
  name: 'cmf',
  group: 'Volume',
  formula: 'Σ money flow volume / Σ volume',
  source: 'TA-Lib CMF; Chaikin',
  parameters: [period(20, 'timeperiod', 1)],
  make,
})
