import { isMissing, MISSING } from './missing.ts'
import { newRing, push, type Ring } from './ring.ts'

/**
 * The variance of the last values, from sums of differences to a nearby anchor. The sums are recomputed from a new anchor
 * each time the ring has wrapped around: O(1) for each value, and no rounding error lasts longer than two rounds.
 */
export interface Spread {
  ring: Ring
  anchor: number
  sum: number
  squares: number
  /** Number of newest values that are equal. */
  equal: number
}

export const newSpread = (): Spread => ({ ring: newRing(), anchor: 0, sum: 0, squares: 0, equal: 0 })

/** Share of the mean square below which a variance consists of rounding errors. */
const RESOLUTION = 1e-4

/** @returns the population variance of the last `period` values, `MISSING` while there are fewer. */
export function spread(state: Spread, value: number, period: number): number {
  const { ring } = state
  const newest = ring.values[(ring.next === 0 ? ring.values.length : ring.next) - 1]
  state.equal = value === newest ? state.equal + 1 : 1
  const oldest = push(ring, value, period)
  if (ring.values.length < period) return MISSING
  if (state.equal >= period) {
    Object.assign(state, { anchor: value, sum: 0, squares: 0 })
    return 0
  }
  if (isMissing(oldest) || ring.next === 0) return summed(state)
  move(state, value, 1)
  move(state, oldest, -1)
  const mean = state.sum / period
  const variance = state.squares / period - mean * mean
  return variance < RESOLUTION * (state.squares / period) ? summed(state) : variance
}

function move(state: Spread, value: number, sign: 1 | -1): void {
  const above = value - state.anchor
  state.sum += sign * above
  state.squares += sign * above * above
}

/** @returns the variance, computed from the values themselves. */
function summed(state: Spread): number {
  const { values } = state.ring
  const n = values.length
  state.anchor = values.reduce((sum, value) => sum + value / n, 0)
  state.sum = 0
  state.squares = 0
  for (const value of values) move(state, value, 1)
  const mean = state.sum / n
  return Math.max(0, state.squares / n - mean * mean)
}
