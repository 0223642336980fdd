import { isMissing, MISSING } from './missing.ts'
import { newRing, push, type Ring } from './ring.ts'

/**
 * A sum and the error of all its roundings (Knuth’s TwoSum), so that it never drifts while values are added and subtracted. It is
 * always a separate object, because code that sees objects of only one shape is several times as fast.
 */
export interface Sum {
  sum: number
  error: number
}

export const newSum = (): Sum => ({ sum: 0, error: 0 })

export function add(s: Sum, value: number): void {
  const before = s.sum
  const sum = before + value
  const added = sum - before
  s.error += before - (sum - added) + (value - added)
  s.sum = sum
}

function clear(s: Sum): void {
  s.sum = 0
  s.error = 0
}

export const total = (s: Sum): number => s.sum + s.error

/** The sum of the last values. */
export interface RollingSum {
  sum: Sum
  ring: Ring
  /** Number of newest values that are 0. When all values are 0, the sum is set to exactly 0. */
  zeros: number
}

export const newRollingSum = (): RollingSum => ({ sum: newSum(), ring: newRing(), zeros: 0 })

/** @returns the sum of the last `period` values, `MISSING` while there are fewer. */
export function roll(state: RollingSum, value: number, period: number): number {
  const { sum, ring } = state
  const oldest = push(ring, value, period)
  add(sum, value)
  if (!isMissing(oldest)) add(sum, -oldest)
  if (value !== 0) state.zeros = 0
  else if (++state.zeros >= period) clear(sum)
  return ring.values.length === period ? total(sum) : MISSING
}
