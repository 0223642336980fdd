import type { Bar } from '../bar.ts'
import { type Directional, direct, directionalIndex, newDirectional } from './directional.ts'
import { type Exponential, newExponential, wilder } from './exponential.ts'

/** Wilder's average of the directional movement index. */
export interface AverageIndex {
  directional: Directional
  average: Exponential
}

export const newAverageIndex = (): AverageIndex => ({ directional: newDirectional(), average: newExponential() })

/** @returns ADX, which stays as it is where nothing has moved; null for the first 2 · period − 1 candles. */
export function averageIndex({ directional, average }: AverageIndex, bar: Bar, period: number): number | null {
  if (direct(directional, bar, period) < period) return null
  const value = directionalIndex(directional)
  return value === null && average.count === period ? average.value : wilder(average, value ?? 0, period)
}
