import {
  BUY_VOLUME,
  BUY_VOLUME_LO,
  CLOSE,
  FIRST_ID,
  HIGH,
  LAST_ID,
  LOW,
  OPEN,
  OPEN_MS,
  QUOTE_VOLUME,
  SEEN_MS,
  TRADE_COUNT,
  VOLUME,
  VOLUME_LO,
} from './open-window.ts'
import type { PairState } from './pair-state.ts'
import type { DecodedTrade } from './trade-decoder.ts'

/**
 * Compares a trade that repeats a counted id with the window that has the counted trade. The state does not keep the contents of
 * trades, because they would be larger than the rest of the state, but every counted trade lies within the bounds of its window.
 * A trade that is repeated unchanged never contradicts.
 * @returns whether the content certainly differs from that of the counted trade
 */
export function contradicts({ window, rebased }: PairState, trade: DecodedTrade): boolean {
  const { trade_id: id, timestamp_ms } = trade
  if (timestamp_ms > window[SEEN_MS]!) return true
  if (rebased && id <= rebased.to_id && window[OPEN_MS] === rebased.open_ms) return false
  const isOpen = timestamp_ms >= window[OPEN_MS]!
  const isCountedInOpen = window[TRADE_COUNT]! > 0 && id >= window[FIRST_ID]! && id <= window[LAST_ID]!
  return isOpen !== isCountedInOpen || (isOpen && isOutside(window, trade))
}

/** @returns whether the trade cannot be in the open window. A sum of positive doubles is never below one of them. */
function isOutside(window: PairState['window'], { trade_id: id, price, qty, buy }: DecodedTrade): boolean {
  if (price > window[HIGH]! || price < window[LOW]!) return true
  if (id === window[FIRST_ID] && price !== window[OPEN]) return true
  if (id === window[LAST_ID] && price !== window[CLOSE]) return true
  if (qty > window[VOLUME]! || price * qty > window[QUOTE_VOLUME]!) return true
  if (window[TRADE_COUNT] === 1 && qty !== window[VOLUME]) return true
  if (buy) return qty > window[BUY_VOLUME]!
  return window[BUY_VOLUME] === window[VOLUME] && window[BUY_VOLUME_LO] === window[VOLUME_LO]
}
