import { MISSING } from './missing.ts'
/** The value before. */
export interface Movement {
  value: number
  /** Whether there has been a value before. A number that may be null would be allocated on the heap with every value. */
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
