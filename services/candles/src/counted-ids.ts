/** The trade ids that were counted, as ranges [first, last] in ascending order, oldest first. */
export type CountedIds = [first: number, last: number][]

/** Ids are contiguous but for gaps at the exchange; a pair with more of them forgets its oldest range. */
const MOST_RANGES = 32

/** @returns the last id that was counted, -1 when none was. */
export const lastId = (ids: CountedIds): number => ids[ids.length - 1]?.[1] ?? -1

export const isCounted = (ids: CountedIds, id: number): boolean =>
  ids.some(([first, last]) => id >= first && id <= last)

/** Counts an id that is greater than all before it. */
export function countId(ids: CountedIds, id: number): void {
  const newest = ids[ids.length - 1]
  if (newest && newest[1] === id - 1) newest[1] = id
  else {
    ids.push([id, id])
    if (ids.length > MOST_RANGES) ids.shift()
  }
}
