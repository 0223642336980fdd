/** The last values of a series, in a circle. */
export interface Ring {
  values: number[]
  next: number
}

export const newRing = (): Ring => ({ values: [], next: 0 })

/** Takes a value in. @returns the value that falls out, undefined while there are fewer than `size`. */
export function push(ring: Ring, value: number, size: number): number | undefined {
  if (ring.values.length < size) {
    ring.values.push(value)
    return undefined
  }
  const oldest = ring.values[ring.next]!
  ring.values[ring.next] = value
  ring.next = ring.next + 1 === size ? 0 : ring.next + 1
  return oldest
}
