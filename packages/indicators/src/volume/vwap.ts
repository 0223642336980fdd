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
  update(state, bar) {
    const quote = roll(state.quote, bar.quote_volume, n)
    const volume = roll(state.volume, bar.volume, n)
    return isMissing(quote) || isMissing(volume) || volume <= 0 ? NONE : [quote / volume]
  },
})

/** Volume-weighted average price of the last candles; none where nothing was traded. Warm after timeperiod − 1 candles. */
export const vwap = define({
  name: 'vwap',
  group: 'Volume',
  formula: 'Σ quote volume / Σ volume of the last candles',
  source: 'exact, from the trades’ own sums; not in TA-Lib',
  parameters: [period(20, 'timeperiod', 1)],
  make,
})
