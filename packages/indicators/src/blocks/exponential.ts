/** An exponential average that begins as the simple average of its first `period` values, as TA-Lib's does. */
export interface Exponential {
  /** How many of the first values are in `sum`. */
  count: number
  sum: number
  value: number | null
}

export const newExponential = (): Exponential => ({ count: 0, sum: 0, value: null })

/** @param weight of a new value: 2 / (period + 1) for an EMA. @returns the average, null until it has begun. */
export function smooth(state: Exponential, value: number, period: number, weight: number): number | null {
  if (state.value !== null) state.value += (value - state.value) * weight
  else {
    state.sum += value
    if (++state.count === period) state.value = state.sum / period
  }
  return state.value
}

export const emaWeight = (period: number): number => 2 / (period + 1)

/** Wilder's average: (previous · (period − 1) + value) / period, begun as the simple average. */
export function wilder(state: Exponential, value: number, period: number): number | null {
  if (state.value !== null) state.value = (state.value * (period - 1) + value) / period
  else {
    state.sum += value
    if (++state.count === period) state.value = state.sum / period
  }
  return state.value
}
