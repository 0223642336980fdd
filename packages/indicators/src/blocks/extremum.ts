import { isMissing, MISSING } from './missing.ts'
/**
 * The greatest of the last values in amortised O(1): only values that can still become the greatest are kept, in descending
 * order, each with its position in the series (Lemire, Streaming Maximum-Minimum Filter, 2006).
 */
export interface Extremum {
  count: number
  numbers: number[]
  values: number[]
}

export const newExtremum = (): Extremum => ({ count: 0, numbers: [], values: [] })

/**
 * @param sign 1 for the maximum, −1 for the minimum. @returns the extremum, `MISSING` while there are fewer than `period`
 *   values.
 */
export function extreme(state: Extremum, value: number, period: number, sign: 1 | -1): number {
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
  return state.count >= period ? values[0]! : MISSING
}

/** @returns the age, in values, of the newest extremum. */
export const age = (state: Extremum): number => state.count - 1 - state.numbers[0]!

/** The highest high and the lowest low of the last candles. */
export interface Range {
  high: Extremum
  low: Extremum
}

export const newRange = (): Range => ({ high: newExtremum(), low: newExtremum() })

/** @returns both, null while there are fewer than `period` candles. */
export function range(
  state: Range,
  bar: { readonly high: number; readonly low: number },
  period: number,
): { high: number; low: number } | null {
  const high = extreme(state.high, bar.high, period, 1)
  const low = extreme(state.low, bar.low, period, -1)
  return isMissing(high) || isMissing(low) ? null : { high, low }
}
