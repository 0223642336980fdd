import { chain, type Filter } from '../blocks/filter.ts'
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
export const triangular = (period: number): Filter =>
  chain(simple(Math.floor(period / 2) + 1), simple(Math.ceil(period / 2)))
