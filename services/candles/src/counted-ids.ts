import { type Identified, keepHash, placeOf } from './content-hashes.ts'
import { IDS_FROM, IDS_TO } from './open-window.ts'
import type { PairState } from './pair-state.ts'
import { addRange, contains } from './ranges.ts'

/** Maximum number of ranges; beyond it the oldest are forgotten. If a source counts ids over all its pairs, a pair never has adjacent ids. */
const ID_RANGES_MAX = 100

/** @param id at most the end of the newest range. @returns whether its trade was counted */
export const isCounted = ({ window, counted }: PairState, id: number): boolean =>
  id >= window[IDS_FROM]! ? id <= window[IDS_TO]! : contains(counted, id)

/** @returns the lowest id for which the state shows whether it was counted. */
export const oldestKnown = ({ window, counted }: PairState): number => counted[0] ?? window[IDS_FROM]!

/**
 * Adds a trade's id that was not counted before, which is mostly the next one, and the hash of its content.
 * @returns whether the oldest range was forgotten
 */
export function addId(state: PairState, trade: Identified): boolean {
  const { window } = state
  const { trade_id: id } = trade
  if (id !== window[IDS_TO]! + 1) return addElsewhere(state, trade)
  window[IDS_TO] = id
  window[placeOf(id)] = trade.content_hash
  return false
}

function addElsewhere(state: PairState, trade: Identified): boolean {
  const isForgotten = addRanges(state, trade.trade_id)
  keepHash(state.window, trade)
  return isForgotten
}

function addRanges({ window, counted }: PairState, id: number): boolean {
  if (id > window[IDS_TO]!) {
    if (window[IDS_TO]! >= 0) counted.push(window[IDS_FROM]!, window[IDS_TO]!)
    window[IDS_FROM] = window[IDS_TO] = id
  } else {
    addRange(counted, id, id)
    if (counted.at(-1) === window[IDS_FROM]! - 1) [window[IDS_FROM]] = counted.splice(-2) as [number, number]
  }
  const isFull = counted.length > 2 * (ID_RANGES_MAX - 1)
  if (isFull) counted.splice(0, 2)
  return isFull
}
