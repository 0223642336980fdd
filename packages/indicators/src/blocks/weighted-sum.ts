import { newRing, push, type Ring } from './ring.ts'
import { add, newSum, type Sum, total } from './rolling-sum.ts'

/** The sum of the last values and the sum of each times its place, the oldest 1: two terms a value, whatever the period. */
export interface WeightedSum {
  ring: Ring
  plain: Sum
  weighted: Sum
}

export const newWeightedSum = (): WeightedSum => ({ ring: newRing(), plain: newSum(), weighted: newSum() })

/** @returns both sums, null while there are fewer than `period` values. */
export function weigh(state: WeightedSum, value: number, period: number): { plain: number; weighted: number } | null {
  const { ring, plain, weighted } = state
  const oldest = push(ring, value, period)
  if (oldest !== undefined) {
    add(weighted, -plain.sum)
    add(weighted, -plain.error)
    add(plain, -oldest)
  }
  add(plain, value)
  add(weighted, value * ring.values.length)
  return ring.values.length < period ? null : { plain: total(plain), weighted: total(weighted) }
}
