import { lost } from './fold.ts'
import {
  BUY_VOLUME,
  BUY_VOLUME_LO,
  CLOSE,
  HIGH,
  IDS_TO,
  LAG_MS,
  LAST_ID,
  LOW,
  OPEN_MS,
  type OpenWindow,
  QUOTE_VOLUME,
  QUOTE_VOLUME_LO,
  SEEN_MS,
  TRADE_COUNT,
  VOLUME,
  VOLUME_LO,
} from './open-window.ts'

/** Trades in columns, of which those of one pair are linked. They are valid, and were written at the same time. */
export interface TradeRun {
  readonly ids: Float64Array<ArrayBufferLike>
  readonly prices: Float64Array<ArrayBufferLike>
  readonly qtys: Float64Array<ArrayBufferLike>
  /** Unix ms. */
  readonly times: Float64Array<ArrayBufferLike>
  /** {@link BOUGHT} where the taker bought. */
  readonly sides: Uint8Array<ArrayBufferLike>
  /** For each row the pair's next row; {@link NO_ROW} behind the last one. */
  readonly next: Int32Array
  /** Unix ms. */
  readonly written_ms: number
}

export const NO_ROW = -1
/** Value of the readers' `BUY`. Threads that fold do not load the readers. */
export const BOUGHT = 1

/**
 * Adds trades to an open window that has trades, as long as their ids are consecutive and their times lie in the window. All
 * that a trade changes is in local variables meanwhile: 20 doubles of an array cost more than the additions.
 * @param first row of the pair's next trade
 * @returns the row of the last trade that was added; {@link NO_ROW} if there is none
 */
export function addRun(window: OpenWindow, run: TradeRun, first: number, baseMs: number): number {
  const { ids, prices, qtys, times, sides, next } = run
  const openMs = window[OPEN_MS]!
  const endMs = openMs + baseMs
  let last = NO_ROW
  let count = window[TRADE_COUNT]!
  let id = window[IDS_TO]!
  let seenMs = window[SEEN_MS]!
  let high = window[HIGH]!
  let low = window[LOW]!
  let volume = window[VOLUME]!
  let volumeLo = window[VOLUME_LO]!
  let quote = window[QUOTE_VOLUME]!
  let quoteLo = window[QUOTE_VOLUME_LO]!
  let bought = window[BUY_VOLUME]!
  let boughtLo = window[BUY_VOLUME_LO]!
  for (let row = first; row !== NO_ROW; row = next[row]!) {
    const ms = times[row]!
    if (ids[row]! !== id + 1 || ms < openMs || ms >= endMs) break
    last = row
    id++
    count++
    if (ms > seenMs) seenMs = ms
    const price = prices[row]!
    if (price > high) high = price
    else if (price < low) low = price
    const qty = qtys[row]!
    const volumeAfter = volume + qty
    volumeLo += lost(volume, qty, volumeAfter)
    volume = volumeAfter
    const value = price * qty
    const quoteAfter = quote + value
    quoteLo += lost(quote, value, quoteAfter)
    quote = quoteAfter
    if (sides[row] !== BOUGHT) continue
    const boughtAfter = bought + qty
    boughtLo += lost(bought, qty, boughtAfter)
    bought = boughtAfter
  }
  if (last === NO_ROW) return NO_ROW
  window[TRADE_COUNT] = count
  window[IDS_TO] = window[LAST_ID] = id
  window[SEEN_MS] = seenMs
  window[LAG_MS] = Math.max(0, run.written_ms - times[last]!)
  window[HIGH] = high
  window[LOW] = low
  window[CLOSE] = prices[last]!
  window[VOLUME] = volume
  window[VOLUME_LO] = volumeLo
  window[QUOTE_VOLUME] = quote
  window[QUOTE_VOLUME_LO] = quoteLo
  window[BUY_VOLUME] = bought
  window[BUY_VOLUME_LO] = boughtLo
  return last
}
