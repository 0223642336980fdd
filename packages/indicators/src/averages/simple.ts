import type { Filter } from '../blocks/filter.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'

/** @returns the mean of the last values, `MISSING` while there are fewer than `period`. */
export const simpleAverage = (state: RollingSum, value: number, period: number): number =>
  roll(state, value, period) / period

export const simple = (period: number): Filter<RollingSum> => ({
  warmup: period - 1,
  initial: newRollingSum,
  next: (state, value) => simpleAverage(state, value, period),
})

export interface Triangular {
  inner: RollingSum
  outer: RollingSum
}

export const newTriangular = (): Triangular => ({ inner: newRollingSum(), outer: newRollingSum() })

/** @returns the simple average of the simple average, each over half of the period. */
export function triangularAverage({ inner, outer }: Triangular, value: number, period: number): number {
  const mean = simpleAverage(inner, value, (period >> 1) + 1)
  return isMissing(mean) ? MISSING : simpleAverage(outer, mean, (period + 1) >> 1)
}

export const triangular = (period: number): Filter<Triangular> => ({
  warmup: period - 1,
  initial: newTriangular,
  next: (state, value) => triangularAverage(state, value, period),
})
