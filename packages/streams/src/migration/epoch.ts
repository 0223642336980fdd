/** Orders a key's residencies in partitions: [writer's move, task's move], compared lexicographically. */
export type Epoch = readonly [number, number]

/** @returns negative, zero or positive, as for sort. */
export const compareEpochs = (a: Epoch, b: Epoch): number => a[0] - b[0] || a[1] - b[1]

export const sameEpoch = (a: Epoch | null, b: Epoch | null): boolean =>
  a !== null && b !== null && compareEpochs(a, b) === 0

/** @returns the later of two, null being before everything. */
export function laterEpoch(a: Epoch | null, b: Epoch | null): Epoch | null {
  if (a === null || b === null) return a ?? b
  return compareEpochs(a, b) >= 0 ? a : b
}
