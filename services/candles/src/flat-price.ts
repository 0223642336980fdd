import { windowStart } from '@candlewick/market-data'
import { CLOSE, IDS_TO, OPEN_MS, TRADE_COUNT } from './open-window.ts'
import type { PairState } from './pair-state.ts'
import type { DecodedTrade } from './trade-decoder.ts'

/** @returns the start of the base window of the last trade, Unix ms; -1 if that is not known */
const lastTradeMs = ({ window, close_ms = -1 }: PairState): number =>
  window[TRADE_COUNT]! > 0 ? window[OPEN_MS]! : close_ms

/** @returns whether a flat candle that ends at `endMs` may have a wrong price */
export function isPriceInDoubt(state: PairState, endMs: number): boolean {
  const { price_doubt: doubt, window } = state
  if (!doubt || endMs <= doubt.from_ms) return false
  const lastMs = lastTradeMs(state)
  return lastMs < doubt.to_ms || (lastMs === doubt.to_ms && window[IDS_TO] === doubt.id)
}

/** Notes that trades of [fromMs, toMs), or their prices, are not known. */
export function doubtPrice(state: PairState, fromMs: number, toMs: number): void {
  const to_ms = windowStart(toMs - 1, state.base_ms)
  if (to_ms < lastTradeMs(state)) return
  const before = isPriceInDoubt(state, Number.POSITIVE_INFINITY) ? state.price_doubt : undefined
  state.price_doubt = {
    from_ms: Math.min(fromMs, before?.from_ms ?? fromMs),
    to_ms: Math.max(to_ms, before?.to_ms ?? to_ms),
    id: state.window[IDS_TO]!,
  }
}

/** Notes that a trade was dropped, if it may be the last one, or the right one of two with the last id. */
export function doubtPriceOf(state: PairState, { trade_id, price, timestamp_ms: ms }: DecodedTrade): void {
  const { window } = state
  if (price === (window[TRADE_COUNT]! > 0 ? window[CLOSE] : state.close)) return
  const newest = window[IDS_TO]!
  const lastMs = lastTradeMs(state)
  if (trade_id === newest) doubtPrice(state, lastMs, lastMs + 1)
  if (windowStart(ms, state.base_ms) > lastMs || trade_id > newest) doubtPrice(state, ms, ms + 1)
}
