import { type Extremum, extreme, newExtremum } from '../blocks/extremum.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  high: Extremum
  low: Extremum
  slowK: RollingSum
  slowD: RollingSum
}

const NONE = [null, null]

/**
 * Stochastic: where the close stands between the lowest low and the highest high of `fastK` candles (0 to 100; 0 where
 * they are equal), averaged over `slowK`, and that over `slowD`. TA-Lib `STOCH` with MA types SMA; warm after
 * fastK + slowK + slowD − 3 candles.
 */
export const stoch = (fastK: number, slowK: number, slowD: number): Indicator<State> => ({
  outputs: ['slowk', 'slowd'],
  warmup: fastK + slowK + slowD - 3,
  initial: () => ({ high: newExtremum(), low: newExtremum(), slowK: newRollingSum(), slowD: newRollingSum() }),
  update(state, bar) {
    const high = extreme(state.high, bar.high, fastK, 1)
    const low = extreme(state.low, bar.low, fastK, -1)
    if (high === null || low === null) return NONE
    const sumK = roll(state.slowK, high === low ? 0 : (100 * (bar.close - low)) / (high - low), slowK)
    if (sumK === null) return NONE
    const sumD = roll(state.slowD, sumK / slowK, slowD)
    return sumD === null ? NONE : [sumK / slowK, sumD / slowD]
  },
})
