import { MISSING } from './missing.ts'
/** Ring of the last values of a series. */
export interface Ring {
  values: number[]
  next: number
}

export const newRing = (): Ring => ({ values: [], next: 0 })

/** Adds a value. @returns the value that it replaces, `MISSING` while there are fewer than `size`. */
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
