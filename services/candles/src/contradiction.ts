import { hasSameContent } from './content-hashes.ts'
import {
  BUY_VOLUME,
  BUY_VOLUME_LO,
  CLOSE,
  FIRST_ID,
  HIGH,
  LAST_ID,
  LOW,
  mayHave,
  OPEN,
  OPEN_MS,
  type OpenWindow,
  QUOTE_VOLUME,
  SEEN_MS,
  TRADE_COUNT,
  VOLUME,
  VOLUME_LO,
} from './open-window.ts'
import type { PairState } from './pair-state.ts'
import type { DecodedTrade } from './trade-decoder.ts'

/** How the content of a trade that repeats a counted id compares with that of the counted trade. */
export type Repetition = 'same' | 'other' | 'unknown'

/**
 * Compares a trade that repeats a counted id with the hash of the counted trade, or, if that is not kept, with the bounds of the
 * window that has the counted trade. A trade that is repeated unchanged is never found to differ, unless a lower id of an earlier
 * window has come after it.
 */
export function compareRepetition(state: PairState, trade: DecodedTrade): Repetition {
  const isSame = hasSameContent(state.window, trade)
  if (isSame !== undefined) return isSame ? 'same' : 'other'
  return contradicts(state, trade) ? 'other' : 'unknown'
}

/** @returns whether the content certainly differs, because every counted trade lies within the bounds of its window. */
function contradicts({ window, rebased }: PairState, trade: DecodedTrade): boolean {
  const { trade_id: id, timestamp_ms } = trade
  if (timestamp_ms > window[SEEN_MS]!) return true
  if (rebased && id <= rebased.to_id && window[OPEN_MS] === rebased.open_ms) return false
  const isOpen = timestamp_ms >= window[OPEN_MS]!
  const isCountedInOpen = mayHave(window, id)
  return isOpen !== isCountedInOpen || (isOpen && isOutside(window, trade))
}

/** @returns whether the trade cannot be in the open window. A sum of positive doubles is never below one of them. */
function isOutside(window: OpenWindow, { trade_id: id, price, qty, buy }: DecodedTrade): boolean {
  if (price > window[HIGH]! || price < window[LOW]!) return true
  if (id === window[FIRST_ID] && price !== window[OPEN]) return true
  if (id === window[LAST_ID] && price !== window[CLOSE]) return true
  if (qty > window[VOLUME]! || price * qty > window[QUOTE_VOLUME]!) return true
  if (window[TRADE_COUNT] === 1 && qty !== window[VOLUME]) return true
  if (buy) return qty > window[BUY_VOLUME]!
  return window[BUY_VOLUME] === window[VOLUME] && window[BUY_VOLUME_LO] === window[VOLUME_LO]
}
