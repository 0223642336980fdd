import * as z from 'zod'

/**
 * Orders the residencies of a key: [moves by the writer of the first topic, moves by the task that writes this one],
 * compared lexicographically. In `trades` the second number is always 0.
 */
export const Epoch = z.tuple([z.int(), z.int()]).readonly()
export type Epoch = z.infer<typeof Epoch>

/** The first number of the epochs of keys without markers: they come before every epoch that a marker can have. */
const WITHOUT_MARKERS = -1

/** @returns the epoch of the residency that the registrar's nth grant for a key begins (rule 21). */
export const grantedEpoch = (n: number): Epoch => [WITHOUT_MARKERS, n]

/** @returns whether a residency with this epoch began with a grant, not with a marker. */
export const isGranted = (epoch: Epoch | null): epoch is Epoch => epoch !== null && epoch[0] < 0

/** @returns a negative number, zero or a positive number, as `sort` wants it. */
export const compareEpochs = (a: Epoch, b: Epoch): number => a[0] - b[0] || a[1] - b[1]

export const sameEpoch = (a: Epoch | null, b: Epoch | null): boolean =>
  a !== null && b !== null && compareEpochs(a, b) === 0

/** @returns the later of two epochs; null comes before every epoch. */
export function laterEpoch(a: Epoch | null, b: Epoch | null): Epoch | null {
  if (a === null || b === null) return a ?? b
  return compareEpochs(a, b) >= 0 ? a : b
}
