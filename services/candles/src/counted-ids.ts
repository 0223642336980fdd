import { IDS_FROM, IDS_TO } from './open-window.ts'
import type { PairState } from './pair-state.ts'
import { addRange, contains } from './ranges.ts'

/** Beyond so many the oldest are forgotten: ids of a source that counts them over all its pairs are never adjacent. */
const ID_RANGES_MAX = 100

/** @param id not above the newest range */
export const isCounted = ({ window, counted }: PairState, id: number): boolean =>
  id >= window[IDS_FROM]! ? id <= window[IDS_TO]! : contains(counted, id)

/** Of ids below it is not known whether they were counted. */
export const oldestKnown = ({ window, counted }: PairState): number => counted[0] ?? window[IDS_FROM]!

/** Adds an id that is not there, mostly the next one. */
export function addId(state: PairState, id: number): void {
  const { window } = state
  if (id === window[IDS_TO]! + 1) window[IDS_TO] = id
  else addElsewhere(state, id)
}

function addElsewhere({ window, counted }: PairState, id: number): void {
  if (id > window[IDS_TO]!) {
    if (window[IDS_TO]! >= 0) counted.push(window[IDS_FROM]!, window[IDS_TO]!)
    window[IDS_FROM] = window[IDS_TO] = id
  } else {
    addRange(counted, id, id)
    if (counted.at(-1) === window[IDS_FROM]! - 1) [window[IDS_FROM]] = counted.splice(-2) as [number, number]
  }
  if (counted.length > 2 * (ID_RANGES_MAX - 1)) counted.splice(0, 2)
}
