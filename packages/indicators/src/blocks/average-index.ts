import type { Bar } from '../bar.ts'
import { COLD, isCold } from './cold.ts'
import { type Directional, direct, directionalIndex, newDirectional } from './directional.ts'
import { type Exponential, newExponential, wilder } from './exponential.ts'

/** Wilder's average of the directional movement index. */
export interface AverageIndex {
  directional: Directional
  average: Exponential
}

export const newAverageIndex = (): AverageIndex => ({ directional: newDirectional(), average: newExponential() })

/** @returns ADX, which stays as it is where nothing has moved; cold for the first 2 · period − 1 candles. */
export function averageIndex({ directional, average }: AverageIndex, bar: Bar, period: number): number {
  if (direct(directional, bar, period) < period) return COLD
  const value = directionalIndex(directional)
  return isCold(value) && average.count === period ? average.value : wilder(average, isCold(value) ? 0 : value, period)
}
