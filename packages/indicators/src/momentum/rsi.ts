import { type Exponential, newExponential, wilder } from '../blocks/exponential.ts'
import { isZero } from '../blocks/zero.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  previous: number | null
  gain: Exponential
  loss: Exponential
}

/**
 * Relative strength index: 100 · gain / (gain + loss), each Wilder's average; 0 where the price does not move.
 * TA-Lib `RSI`; warm after `period` candles. (Wilder, New Concepts in Technical Trading Systems, 1978.)
 */
export const rsi = (period: number): Indicator<State> => ({
  outputs: [''],
  warmup: period,
  initial: () => ({ previous: null, gain: newExponential(), loss: newExponential() }),
  update(state, { close }) {
    const { previous } = state
    state.previous = close
    if (previous === null) return [null]
    const gain = wilder(state.gain, Math.max(0, close - previous), period)
    const loss = wilder(state.loss, Math.max(0, previous - close), period)
    if (gain === null || loss === null) return [null]
    return [isZero(gain + loss) ? 0 : (100 * gain) / (gain + loss)]
  },
})
