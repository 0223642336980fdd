import { chain, type Filter } from '../blocks/filter.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { newWeightedSum, type WeightedSum, weigh } from '../blocks/weighted-sum.ts'

/** Linearly weighted: the newest value counts `period` times, the oldest once. */
export const weighted = (period: number): Filter<WeightedSum> => ({
  warmup: period - 1,
  initial: newWeightedSum,
  next(state, value) {
    return weigh(state, value, period) ? (2 * state.weighted) / (period * (period + 1)) : MISSING
  },
})

interface Hull {
  half: WeightedSum
  full: WeightedSum
}

/**
 * Hull's average: the weighted average, over √period, of twice the weighted average over half of the period minus the one
 * over the whole period.
 */
export function hull(period: number): Filter {
  const half = weighted(Math.max(1, Math.floor(period / 2)))
  const full = weighted(period)
  const projected: Filter<Hull> = {
    warmup: full.warmup,
    initial: () => ({ half: half.initial(), full: full.initial() }),
    next(state, value) {
      const near = half.next(state.half, value)
      const far = full.next(state.full, value)
      return isMissing(near) || isMissing(far) ? MISSING : 2 * near - far
    },
  }
  return chain(projected, weighted(Math.max(1, Math.floor(Math.sqrt(period)))))
}
