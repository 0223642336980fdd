import { isMissing } from '../blocks/missing.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  gain: RollingSum
  loss: RollingSum
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n - 1,
  initial: () => ({ gain: newRollingSum(), loss: newRollingSum() }),
  update(state, { open, close }) {
    const gain = roll(state.gain, Math.max(0, close - open), n)
    const loss = roll(state.loss, Math.max(0, open - close), n)
    if (isMissing(gain) || isMissing(loss)) return NONE
    return [gain + loss > 0 ? 100 * (gain / (gain + loss)) : 50]
  },
})

/** Intraday momentum index, 0 to 100. Warm after timeperiod − 1 candles. */
export const imi = define({
  name: 'imi',
  group: 'Momentum',
  formula: '100 · Σ gain / (Σ gain + Σ loss), from open to close',
  source: 'TA-Lib IMI; Chande',
  parameters: [period(14)],
  make,
})
