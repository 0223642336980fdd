import { MISSING } from './missing.ts'
/** The last values of a series, in a circle. */
export interface Ring {
  values: number[]
  next: number
}

export const newRing = (): Ring => ({ values: [], next: 0 })

/** Takes a value in. @returns the value that falls out, `MISSING` while there are fewer than `size`. */
export function push(ring: Ring, value: number, size: number): number {
  const { values, next } = ring
  if (values.length < size) {
    values.push(value)
    return MISSING
  }
  const oldest = values[next]!
  values[next] = value
  ring.next = next + 1 === size ? 0 : next + 1
  return oldest
}
