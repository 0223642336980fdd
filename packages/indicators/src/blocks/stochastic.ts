import { newRange, type Range, range } from './extremum.ts'
import type { Filter } from './filter.ts'
import { isMissing, MISSING } from './missing.ts'
import { isNegligible } from './zero.ts'

interface Prices {
  readonly high: number
  readonly low: number
  readonly close: number
}

/**
 * @returns the position of the close between the lowest and highest price of the last candles, 0 to 100; `MISSING` until it
 *   is warm.
 */
export function stochastic(state: Range, bar: Prices, period: number): number {
  const found = range(state, bar, period)
  if (!found) return MISSING
  const width = found.high - found.low
  return isNegligible(width, found.high, found.low) ? 0 : (bar.close - found.low) / (width / 100)
}

export interface Slowed {
  range: Range
  k: unknown
  d: unknown
}

export const newStochastic = (k: Filter, d: Filter): Slowed => ({
  range: newRange(),
  k: k.initial(),
  d: d.initial(),
})

/** @returns the stochastic averaged by k, and that average averaged by d; null until both are warm. */
export function slowed(state: Slowed, bar: Prices, period: number, k: Filter, d: Filter): [number, number] | null {
  const fast = stochastic(state.range, bar, period)
  const slowK = isMissing(fast) ? MISSING : k.next(state.k, fast)
  const slowD = isMissing(slowK) ? MISSING : d.next(state.d, slowK)
  return isMissing(slowK) || isMissing(slowD) ? null : [slowK, slowD]
}
