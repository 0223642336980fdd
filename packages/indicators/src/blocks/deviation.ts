import type { Ring } from './ring.ts'

export function mean({ values }: Ring): number {
  let sum = 0
  for (const value of values) sum += value
  return sum / values.length
}

/** @returns how far the values are from the average on the average: a scan, as the average moves with each value. */
export function meanDeviation({ values }: Ring, average: number): number {
  let sum = 0
  for (const value of values) sum += Math.abs(value - average)
  return sum / values.length
}
