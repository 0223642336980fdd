import { type Exponential, newExponential, wilder } from '../blocks/exponential.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  close: number | null
  average: Exponential
}

/**
 * Average true range: Wilder's average of max(high, previous close) − min(low, previous close). TA-Lib `ATR`; warm
 * after `period` candles. (Wilder 1978.)
 */
export const atr = (period: number): Indicator<State> => ({
  outputs: [''],
  warmup: period,
  initial: () => ({ close: null, average: newExponential() }),
  update(state, { high, low, close }) {
    const previous = state.close
    state.close = close
    if (previous === null) return [null]
    return [wilder(state.average, Math.max(high, previous) - Math.min(low, previous), period)]
  },
})
