import { newRing, push, type Ring } from './ring.ts'

/**
 * A sum and the error of all its roundings (Neumaier 1974), so that adding and subtracting for ever does not drift.
 * Always an object of its own: what works on objects of one shape is several times as fast.
 */
export interface Sum {
  sum: number
  error: number
}

export const newSum = (): Sum => ({ sum: 0, error: 0 })

export function add(s: Sum, value: number): void {
  const sum = s.sum + value
  s.error += Math.abs(s.sum) >= Math.abs(value) ? s.sum - sum + value : value - sum + s.sum
  s.sum = sum
}

export const total = (s: Sum): number => s.sum + s.error

/** The sum of the last values. */
export interface RollingSum {
  sum: Sum
  ring: Ring
  /** How many of the newest values are 0: when all are, so is the sum, to the bit. */
  zeros: number
}

export const newRollingSum = (): RollingSum => ({ sum: newSum(), ring: newRing(), zeros: 0 })

/** @returns the sum of the last `period` values, null while there are fewer. */
export function roll(state: RollingSum, value: number, period: number): number | null {
  const { sum, ring } = state
  const oldest = push(ring, value, period)
  state.zeros = value === 0 ? state.zeros + 1 : 0
  add(sum, value)
  if (oldest !== undefined) add(sum, -oldest)
  if (state.zeros >= period) {
    sum.sum = 0
    sum.error = 0
  }
  return ring.values.length === period ? total(sum) : null
}
