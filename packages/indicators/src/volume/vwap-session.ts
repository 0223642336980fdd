import { add, newSum, type Sum, total } from '../blocks/rolling-sum.ts'
import { define } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  day: number
  quote: Sum
  volume: Sum
}

const DAY_MS = 86_400_000

const make = (): Indicator<State> => ({
  outputs: [''],
  warmup: 0,
  initial: () => ({ day: -1, quote: newSum(), volume: newSum() }),
  update(state, { open_time_ms, quote_volume, volume }) {
    const day = Math.floor(open_time_ms / DAY_MS)
    if (day !== state.day) Object.assign(state, { day, quote: newSum(), volume: newSum() })
    add(state.quote, quote_volume)
    add(state.volume, volume)
    const traded = total(state.volume)
    return traded > 0 ? [total(state.quote) / traded] : NONE
  },
})

/** Volume-weighted average price since midnight UTC; none until something has traded. Warm at once. */
export const vwapSession = define({
  name: 'vwap_session',
  group: 'Volume',
  formula: 'Σ quote volume / Σ volume since midnight UTC',
  source: 'exact, from the trades’ own sums; not in TA-Lib',
  parameters: [],
  make,
})
