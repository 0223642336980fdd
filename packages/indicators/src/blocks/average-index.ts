import type { Bar } from '../bar.ts'
import { type Directional, direct, directionalIndex, newDirectional } from './directional.ts'
import { type Exponential, newExponential, wilder } from './exponential.ts'
import { isMissing, MISSING } from './missing.ts'

/** Wilder's average of the directional movement index. */
export interface AverageIndex {
  directional: Directional
  average: Exponential
}

export const newAverageIndex = (): AverageIndex => ({ directional: newDirectional(), average: newExponential() })

/** @returns ADX, which does not change where no price has moved; `MISSING` for the first 2 · period − 1 candles. */
export function averageIndex({ directional, average }: AverageIndex, bar: Bar, period: number): number {
  if (direct(directional, bar, period) < period) return MISSING
  const value = directionalIndex(directional)
  return isMissing(value) && average.count === period
    ? average.value
    : wilder(average, isMissing(value) ? 0 : value, period)
}
