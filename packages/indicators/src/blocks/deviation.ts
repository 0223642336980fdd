import type { Ring } from './ring.ts'

export function mean({ values }: Ring): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

/**
 * @returns the mean distance of the values from their average. It scans all values, because each new value changes the average.
 */
export function meanDeviation({ values }: Ring, average: number): number {
  let sum = 0
  for (const value of values) sum += Math.abs(value - average)
  return sum / values.length
}
