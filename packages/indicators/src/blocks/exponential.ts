import { MISSING } from './missing.ts'
/** An exponential average that begins as the simple average of its first `period` values, as TA-Lib's does. */
export interface Exponential {
  /** Number of values so far, up to the period. */
  count: number
  /** Sum of the values until there are `period` of them; afterwards the average. */
  value: number
}

export const newExponential = (): Exponential => ({ count: 0, value: 0 })

/**
 * @param weight of a new value: 2 / (period + 1) for an EMA. @returns the average, `MISSING` for the first `period` − 1
 *   values.
 */
export function smooth(state: Exponential, value: number, period: number, weight: number): number {
  if (state.count < period) return begin(state, value, period)
  state.value += (value - state.value) * weight
  return state.value
}

export const emaWeight = (period: number): number => 2 / (period + 1)

/** Wilder's average: (previous · (period − 1) + value) / period, which starts as the simple average. */
export function wilder(state: Exponential, value: number, period: number): number {
  if (state.count < period) return begin(state, value, period)
  state.value = (state.value * (period - 1) + value) / period
  return state.value
}

function begin(state: Exponential, value: number, period: number): number {
  state.value += value
  state.count++
  if (state.count < period) return MISSING
  state.value /= period
  return state.value
}
