import type { Filter } from './filter.ts'
import { isMissing, MISSING } from './missing.ts'
import { type Movement, move, newMovement } from './movement.ts'
import { newRollingSum, type RollingSum, roll } from './rolling-sum.ts'

/** Wilder's averages of gains and losses: sums, until `count` reaches the period. */
interface Smoothed {
  movement: Movement
  count: number
  gain: number
  loss: number
}

/**
 * @returns the filter that weighs Wilder's averages of gains and losses. They are rounded as in TA-Lib, because STOCHRSI depends
 *   only on their lowest digits when one of them is almost 0.
 */
export const smoothedBalance = (period: number, weigh: (gain: number, loss: number) => number): Filter<Smoothed> => ({
  warmup: period,
  initial: () => ({ movement: newMovement(), count: 0, gain: 0, loss: 0 }),
  next(state, value) {
    const step = move(state.movement, value)
    if (isMissing(step)) return MISSING
    const kept = state.count < period ? 1 : period - 1
    state.gain = state.gain * kept + Math.max(0, step)
    state.loss = state.loss * kept + Math.max(0, -step)
    if (state.count < period) state.count++
    if (state.count < period) return MISSING
    state.gain *= 1 / period
    state.loss *= 1 / period
    return weigh(state.gain, state.loss)
  },
})

interface Summed {
  movement: Movement
  gain: RollingSum
  loss: RollingSum
}

/** @returns the filter that weighs the sums of the last gains and losses. */
export const summedBalance = (period: number, weigh: (gain: number, loss: number) => number): Filter<Summed> => ({
  warmup: period,
  initial: () => ({ movement: newMovement(), gain: newRollingSum(), loss: newRollingSum() }),
  next(state, value) {
    const step = move(state.movement, value)
    if (isMissing(step)) return MISSING
    const gain = roll(state.gain, Math.max(0, step), period)
    const loss = roll(state.loss, Math.max(0, -step), period)
    return isMissing(gain) || isMissing(loss) ? MISSING : weigh(gain, loss)
  },
})

/** Returns 0 if no value has changed, as TA-Lib does. */
export const share = (gain: number, loss: number): number => (gain + loss > 0 ? 100 * (gain / (gain + loss)) : 0)
/** Returns 0 if no value has changed. */
export const surplus = (gain: number, loss: number): number =>
  gain + loss > 0 ? (100 * (gain - loss)) / (gain + loss) : 0
