/** The value before. */
export interface Movement {
  value: number | null
}

export const newMovement = (): Movement => ({ value: null })

/** @returns how far the value is above the one before, null for the first. */
export function move(state: Movement, value: number): number | null {
  const before = state.value
  state.value = value
  return before === null ? null : value - before
}
