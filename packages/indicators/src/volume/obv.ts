import { add, newSum, type Sum, total } from '../blocks/rolling-sum.ts'
import type { Indicator } from '../indicator.ts'

interface State extends Sum {
  close: number | null
}

/** On-balance volume: the volume of rising candles less that of falling ones, since the first. TA-Lib `OBV`. */
export const obv = (): Indicator<State> => ({
  outputs: [''],
  warmup: 0,
  initial: () => ({ ...newSum(), close: null }),
  update(state, { close, volume }) {
    const previous = state.close
    state.close = close
    if (previous === null || close > previous) add(state, volume)
    else if (close < previous) add(state, -volume)
    return [total(state)]
  },
})
