import { type Exponential, emaWeight, newExponential, smooth, wilder } from '../blocks/exponential.ts'
import type { Filter } from '../blocks/filter.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { newRing, push, type Ring } from '../blocks/ring.ts'

/** Exponential average of weight 2 / (period + 1), or another weight, which starts as the simple average. */
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

/** States of an average of the value, an average of that average, and so on. */
export type Stack = Exponential[]

export const newStack = (weights: readonly number[]): Stack => weights.map(newExponential)
export const stackWarmup = (period: number, weights: readonly number[]): number => (period - 1) * weights.length

/** @returns the weighted sum of the averages, `MISSING` until the last is warm. */
export function stack(states: Stack, value: number, period: number, weights: readonly number[]): number {
  const weight = emaWeight(period)
  let sum = 0
  let average = value
  for (let i = 0; i < weights.length; i++) {
    average = smooth(states[i]!, average, period, weight)
    if (isMissing(average)) return MISSING
    sum += weights[i]! * average
  }
  return sum
}

const stacked = (period: number, weights: readonly number[]): Filter<Stack> => ({
  warmup: stackWarmup(period, weights),
  initial: () => newStack(weights),
  next: (states, value) => stack(states, value, period, weights),
})

/** Double exponential: 2·EMA − EMA(EMA). */
export const DOUBLE = [2, -1]
export const doubleExponential = (period: number) => stacked(period, DOUBLE)

/** Triple exponential: 3·EMA − 3·EMA(EMA) + EMA(EMA(EMA)). */
export const TRIPLE = [3, -3, 1]
export const tripleExponential = (period: number) => stacked(period, TRIPLE)

/** Tillson's T3: six exponential averages of one another, the last four weighted by powers of the volume factor. */
export function tillsonWeights(factor: number): number[] {
  const square = factor * factor
  const cube = square * factor
  return [0, 0, 1 + 3 * (factor + square) + cube, -6 * square - 3 * (factor + cube), 3 * (square + cube), -cube]
}
export const tillson = (period: number, factor: number) => stacked(period, tillsonWeights(factor))

export interface ZeroLag {
  past: Ring
  average: Exponential
}

export const newZeroLag = (): ZeroLag => ({ past: newRing(), average: newExponential() })
export const lagOf = (period: number): number => (period - 1) >> 1

/** @returns the exponential average of the value plus its gain over the last `lag` values. */
export function zeroLagAverage({ past, average }: ZeroLag, value: number, period: number): number {
  const lag = lagOf(period)
  const before = lag === 0 ? value : push(past, value, lag)
  return isMissing(before) ? MISSING : smooth(average, value + (value - before), period, emaWeight(period))
}

export const zeroLag = (period: number): Filter<ZeroLag> => ({
  warmup: lagOf(period) + period - 1,
  initial: newZeroLag,
  next: (state, value) => zeroLagAverage(state, value, period),
})
