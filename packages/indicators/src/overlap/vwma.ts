import { isMissing } from '../blocks/missing.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  quote: RollingSum
  volume: RollingSum
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n - 1,
  initial: () => ({ quote: newRollingSum(), volume: newRollingSum() }),
  update(state, { close, volume }) {
    const quote = roll(state.quote, close * volume, n)
    const traded = roll(state.volume, volume, n)
    return isMissing(quote) || isMissing(traded) || traded <= 0 ? NONE : [quote / traded]
  },
})

/** Volume-weighted moving average of the close; no value if there were no trades. Warm after timeperiod − 1 candles. */
export const vwma = define({
  name: 'vwma',
  group: 'Overlap Studies',
  formula: 'Σ close · volume / Σ volume',
  source: 'TA-Lib VWMA',
  parameters: [period(30)],
  make,
})
