import { HASHES_AT, HASHES_KEPT, IDS_TO, type OpenWindow } from './open-window.ts'

/** The fields that identify a trade among the pair's trades, and its content. */
export interface Identified {
  readonly trade_id: number
  readonly content_hash: number
}

/**
 * A hash of everything that the fold reads of a trade beside its id: multilinear over words of 32 bits (Lemire and Kaser, Strongly
 * Universal String Hashing is Fast, 2014), with independent products, which the CPU computes side by side. The decoder calls it
 * on its array of numbers: computed from the fields of a trade, the hash costs twice as much.
 * @param words of the doubles of price and quantity, from index 2 on
 * @param ms Unix ms, as 32 bits
 * @returns an odd integer of 32 bits, never 0
 */
export const contentHash = (words: Int32Array, ms: number, buy: boolean): number =>
  (Math.imul(words[2]!, 0x9e3779b1) +
    Math.imul(words[3]!, 0x85ebca77) +
    Math.imul(words[4]!, 0xc2b2ae3d) +
    Math.imul(words[5]!, 0x27d4eb2f) +
    Math.imul(ms, 0x165667b1) +
    (buy ? 0x5bd1e995 : 0)) |
  1

/** @returns where the hash of an id is; of two ids with the same place, at most one is among the newest. */
export const placeOf = (id: number): number => HASHES_AT + (id & (HASHES_KEPT - 1))

const isAmongNewest = (window: OpenWindow, id: number): boolean => id > window[IDS_TO]! - HASHES_KEPT

/** Keeps the hash of a trade that was counted, unless its id is older than the newest ones. */
export function keepHash(window: OpenWindow, trade: Identified): void {
  const { trade_id: id } = trade
  if (isAmongNewest(window, id)) window[placeOf(id)] = trade.content_hash
}

/**
 * @param trade with an id that was counted
 * @returns whether its content is that of the counted trade; undefined if that is not known, because the id is too old, or the
 *   state comes from a version that kept no hashes
 */
export function hasSameContent(window: OpenWindow, trade: Identified): boolean | undefined {
  const { trade_id: id } = trade
  const known = isAmongNewest(window, id) ? window[placeOf(id)] : 0
  return known ? known === trade.content_hash : undefined
}
