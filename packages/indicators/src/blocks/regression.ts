import { newWeightedSum, type WeightedSum, weigh } from './weighted-sum.ts'

/** The least-squares line through the last values, the oldest at 0. It needs two sums for any period. */
export type Regression = WeightedSum
export interface Line {
  readonly intercept: number
  readonly slope: number
}

export const newRegression = newWeightedSum

/** @returns the line, null while there are fewer than `period` values. */
export function regress(state: Regression, value: number, period: number): Line | null {
  if (!weigh(state, value, period)) return null
  const { plain, weighted } = state
  const places = (period * (period - 1)) / 2
  const squares = (period * (period - 1) * (2 * period - 1)) / 6
  const products = weighted - plain
  const slope = (period * products - places * plain) / (period * squares - places * places)
  return { intercept: (plain - slope * places) / period, slope }
}

export const at = ({ intercept, slope }: Line, place: number): number => intercept + slope * place
