import type { Bar } from '../bar.ts'
import { type Exponential, newExponential, wilder } from './exponential.ts'
import { isMissing, MISSING } from './missing.ts'
import { newTrueRange, type TrueRange, trueRange } from './true-range.ts'

/** Wilder's average of the true range. */
export interface AverageRange {
  range: TrueRange
  average: Exponential
}

export const newAverageRange = (): AverageRange => ({ range: newTrueRange(), average: newExponential() })

/** @returns the average true range, `MISSING` for the first `period` candles. */
export function averageRange(state: AverageRange, bar: Bar, period: number): number {
  const width = trueRange(state.range, bar)
  return isMissing(width) ? MISSING : wilder(state.average, width, period)
}
