import { MISSING } from './missing.ts'
/** The previous value. */
export interface Movement {
  value: number
  /** Whether there was a previous value. It is a field of its own, because V8 would allocate a number that may be null on the heap. */
  begun: boolean
}

export const newMovement = (): Movement => ({ value: 0, begun: false })

/** @returns the value minus the previous one, `MISSING` for the first value. */
export function move(state: Movement, value: number): number {
  const before = state.value
  state.value = value
  if (state.begun) return value - before
  state.begun = true
  return MISSING
}
