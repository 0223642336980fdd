/**
 * The greatest of the last values in amortised O(1): only values that can still become it are kept, in descending
 * order, each with its number (Lemire, Streaming Maximum-Minimum Filter, 2006).
 */
export interface Extremum {
  count: number
  numbers: number[]
  values: number[]
}

export const newExtremum = (): Extremum => ({ count: 0, numbers: [], values: [] })

/** @param sign 1 for the maximum, −1 for the minimum. @returns it, null while there are fewer than `period` values. */
export function extreme(state: Extremum, value: number, period: number, sign: 1 | -1): number | null {
  const { numbers, values } = state
  while (values.length > 0 && sign * values[values.length - 1]! <= sign * value) {
    values.pop()
    numbers.pop()
  }
  values.push(value)
  numbers.push(state.count++)
  if (numbers[0]! <= state.count - 1 - period) {
    values.shift()
    numbers.shift()
  }
  return state.count >= period ? values[0]! : null
}
