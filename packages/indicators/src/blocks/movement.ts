import { MISSING } from './missing.ts'
/** The value before. */
export interface Movement {
  value: number
  /** Whether there has been one. A number that may be null would be made anew, on the heap, with every value. */
  begun: boolean
}

export const newMovement = (): Movement => ({ value: 0, begun: false })

/** @returns how far the value is above the one before, `MISSING` for the first. */
export function move(state: Movement, value: number): number {
  const before = state.value
  state.value = value
  if (state.begun) return value - before
  state.begun = true
  return MISSING
}
