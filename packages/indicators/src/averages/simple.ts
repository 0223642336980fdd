import type { Filter } from '../blocks/filter.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'

export const simple = (period: number): Filter<RollingSum> => ({
  warmup: period - 1,
  initial: newRollingSum,
  next(state, value) {
    const sum = roll(state, value, period)
    return sum === null ? null : sum / period
  },
})

/** Triangular: the simple average of the simple average, each over half of the period. */
export function triangular(period: number): Filter<{ inner: RollingSum; outer: RollingSum }> {
  const [inner, outer] = [Math.floor(period / 2) + 1, Math.ceil(period / 2)]
  return {
    warmup: inner + outer - 2,
    initial: () => ({ inner: newRollingSum(), outer: newRollingSum() }),
    next(state, value) {
      const sum = roll(state.inner, value, inner)
      const sums = sum === null ? null : roll(state.outer, sum / inner, outer)
      return sums === null ? null : sums / outer
    },
  }
}
