import { isMissing } from './missing.ts'
import { newRing, push, type Ring } from './ring.ts'

/** The last values in ascending order; finding a value's place takes O(log n). */
export interface SortedWindow {
  ring: Ring
  sorted: number[]
}

export const newSortedWindow = (): SortedWindow => ({ ring: newRing(), sorted: [] })

/** @returns how many of the ascending values are below the value. */
export function below(sorted: readonly number[], value: number): number {
  let [from, to] = [0, sorted.length]
  while (from < to) {
    const middle = (from + to) >>> 1
    if (sorted[middle]! < value) from = middle + 1
    else to = middle
  }
  return from
}

/** Adds a value, and removes the oldest when there are more than `period`. */
export function sortIn(state: SortedWindow, value: number, period: number): void {
  const oldest = push(state.ring, value, period)
  if (!isMissing(oldest)) state.sorted.splice(below(state.sorted, oldest), 1)
  state.sorted.splice(below(state.sorted, value), 0, value)
}
