import { add, newSum, type Sum, total } from '../blocks/rolling-sum.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  day: number
  quote: Sum
  volume: Sum
}

const DAY_MS = 86_400_000

/** Volume-weighted average price since midnight UTC; null until something has traded. Not in TA-Lib. */
export const vwapSession = (): Indicator<State> => ({
  outputs: [''],
  warmup: 0,
  initial: () => ({ day: -1, quote: newSum(), volume: newSum() }),
  update(state, { open_time_ms, quote_volume, volume }) {
    const day = Math.floor(open_time_ms / DAY_MS)
    if (day !== state.day) Object.assign(state, { day, quote: newSum(), volume: newSum() })
    add(state.quote, quote_volume)
    add(state.volume, volume)
    const traded = total(state.volume)
    return [traded > 0 ? total(state.quote) / traded : null]
  },
})
