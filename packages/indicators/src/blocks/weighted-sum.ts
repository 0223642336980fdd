import { isMissing } from './missing.ts'
import { newRing, push, type Ring } from './ring.ts'

/**
 * The sum of the last values, and the sum of each value times its place, where the oldest value has place 1. Both are updated
 * with each value, and recomputed when the ring has wrapped around, so that they do not drift. Each value costs O(1) for any
 * period.
 */
export interface WeightedSum {
  ring: Ring
  plain: number
  weighted: number
}

export const newWeightedSum = (): WeightedSum => ({ ring: newRing(), plain: 0, weighted: 0 })

/** Adds a value. @returns whether there are `period` values, so that the sums are complete */
export function weigh(state: WeightedSum, value: number, period: number): boolean {
  const { ring } = state
  const oldest = push(ring, value, period)
  if (ring.values.length < period) return false
  if (isMissing(oldest) || ring.next === 0) sumUp(state)
  else {
    state.weighted += value * period - state.plain
    state.plain += value - oldest
  }
  return true
}

/** At this point the ring begins with its oldest value. */
function sumUp(state: WeightedSum): void {
  const { values } = state.ring
  let plain = 0
  let weighted = 0
  for (let i = 0; i < values.length; i++) {
    plain += values[i]!
    weighted += values[i]! * (i + 1)
  }
  state.plain = plain
  state.weighted = weighted
}
