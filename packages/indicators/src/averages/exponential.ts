import { COLD, isCold } from '../blocks/cold.ts'
import { type Exponential, emaWeight, newExponential, smooth, wilder } from '../blocks/exponential.ts'
import type { Filter } from '../blocks/filter.ts'
import { newRing, push, type Ring } from '../blocks/ring.ts'

/** Exponential average of weight 2 / (period + 1), or another, begun by the simple one. */
export const exponential = (period: number, weight = emaWeight(period)): Filter<Exponential> => ({
  warmup: period - 1,
  initial: newExponential,
  next: (state, value) => smooth(state, value, period, weight),
})

/** Wilder's average: an exponential one of weight 1 / period. */
export const wilders = (period: number): Filter<Exponential> => ({
  warmup: period - 1,
  initial: newExponential,
  next: (state, value) => wilder(state, value, period),
})

/** @returns the averages of the value, of that average, of that …, weighted; cold until the last is warm. */
function stacked(period: number, weights: readonly number[]): Filter<Exponential[]> {
  const weight = emaWeight(period)
  return {
    warmup: (period - 1) * weights.length,
    initial: () => weights.map(newExponential),
    next(states, value) {
      let sum = 0
      let average: number = value
      for (let i = 0; i < weights.length; i++) {
        average = smooth(states[i]!, average, period, weight)
        if (isCold(average)) return COLD
        sum += weights[i]! * average
      }
      return sum
    },
  }
}

/** Double exponential: 2·EMA − EMA(EMA). */
export const doubleExponential = (period: number) => stacked(period, [2, -1])

/** Triple exponential: 3·EMA − 3·EMA(EMA) + EMA(EMA(EMA)). */
export const tripleExponential = (period: number) => stacked(period, [3, -3, 1])

/** Tillson's T3: six exponential averages of one another, the last four weighted by powers of the volume factor. */
export function tillson(period: number, factor: number): Filter<Exponential[]> {
  const square = factor * factor
  const cube = square * factor
  return stacked(period, [
    0,
    0,
    1 + 3 * (factor + square) + cube,
    -6 * square - 3 * (factor + cube),
    3 * (square + cube),
    -cube,
  ])
}

export interface ZeroLag {
  past: Ring
  average: Exponential
}

export const newZeroLag = (): ZeroLag => ({ past: newRing(), average: newExponential() })
export const lagOf = (period: number): number => (period - 1) >> 1

/** @returns the exponential average of the value and of what it has gained since `lag` values ago. */
export function zeroLagAverage({ past, average }: ZeroLag, value: number, period: number): number {
  const lag = lagOf(period)
  const before = lag === 0 ? value : push(past, value, lag)
  return isCold(before) ? COLD : smooth(average, value + (value - before), period, emaWeight(period))
}

export const zeroLag = (period: number): Filter<ZeroLag> => ({
  warmup: lagOf(period) + period - 1,
  initial: newZeroLag,
  next: (state, value) => zeroLagAverage(state, value, period),
})
