import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  /** The first close: what is summed is relative to it, or the squares would swallow the digits that matter. */
  anchor: number | null
  sum: RollingSum
  squares: RollingSum
}

/**
 * Bollinger bands: the simple average of the close, and as far above and below it as so many population standard
 * deviations. TA-Lib `BBANDS` with MA type SMA; warm after `period` − 1 candles.
 */
export const bbands = (period: number, deviations: number): Indicator<State> => ({
  outputs: ['upper', 'middle', 'lower'],
  warmup: period - 1,
  initial: () => ({ anchor: null, sum: newRollingSum(), squares: newRollingSum() }),
  update(state, { close }) {
    state.anchor ??= close
    const value = close - state.anchor
    const sum = roll(state.sum, value, period)
    const squares = roll(state.squares, value * value, period)
    if (sum === null || squares === null) return [null, null, null]
    const mean = sum / period
    const width = deviations * Math.sqrt(Math.max(0, squares / period - mean * mean))
    const middle = state.anchor + mean
    return [middle + width, middle, middle - width]
  },
})
