import { type Fold, lost } from './fold.ts'

/**
 * Everything of a pair that each trade reads and changes, as one array of doubles: 144 adjacent bytes, and 256 of hashes, of
 * which a trade touches 8. V8 boxes each double of an object, and with thousands of pairs the boxes did not fit into the
 * processor's cache.
 */
export type OpenWindow = number[]

/** Start of the open base window, Unix ms; 0 before the first trade or seed. Earlier windows cannot change any more. */
export const OPEN_MS = 0
/** The newest time of a trade or a watermark, Unix ms; 0 before the first. */
export const SEEN_MS = 1
/** Delay between the newest trade's time and the time at which it was written, ms. */
export const LAG_MS = 2
/** The newest range of counted ids, inclusive; it ends at -1 if there is none. */
export const IDS_FROM = 3
export const IDS_TO = 4
/** The trades of the open base window, as in a {@link Fold}. */
export const TRADE_COUNT = 5
export const FIRST_ID = 6
export const LAST_ID = 7
export const OPEN = 8
export const HIGH = 9
export const LOW = 10
export const CLOSE = 11
export const VOLUME = 12
export const VOLUME_LO = 13
export const QUOTE_VOLUME = 14
export const QUOTE_VOLUME_LO = 15
export const BUY_VOLUME = 16
export const BUY_VOLUME_LO = 17
const LENGTH = 18
/**
 * Hashes of the contents of the trades with the newest ids, for comparison with a trade that repeats one of them. Only the window of
 * a pair has them, not that of a bar. They are in this array because another array would be two more cache lines for each trade.
 */
export const HASHES_AT = LENGTH
/** A power of two. Each hash has about 11 characters in the state's JSON. */
export const HASHES_KEPT = 32

export interface FoldedTrade {
  readonly trade_id: number
  readonly price: number
  readonly qty: number
  /** Whether the taker bought. */
  readonly buy: boolean
}

/** Copied for each pair: a copy keeps V8's representation as doubles, which an array that begins with integers does not have. */
const NEVER_OPENED: OpenWindow = Array.from(new Float64Array(LENGTH)).with(IDS_TO, -1)

const NEVER_OPENED_PAIR: OpenWindow = Array.from(new Float64Array(LENGTH + HASHES_KEPT)).with(IDS_TO, -1)

/** @returns the trades of a bar that has had none yet. */
export const neverOpened = (): OpenWindow => NEVER_OPENED.slice()

/** @returns the window of a pair that has had no trade yet, with room for hashes; 0 is no hash. */
export const neverOpenedPair = (): OpenWindow => NEVER_OPENED_PAIR.slice()

/** Adds one trade of a new id. */
export function addTrade(window: OpenWindow, trade: FoldedTrade): void {
  const { trade_id: id, price, qty } = trade
  if (window[TRADE_COUNT]!++ === 0) {
    window[FIRST_ID] = window[LAST_ID] = id
    window[OPEN] = window[HIGH] = window[LOW] = window[CLOSE] = price
  } else {
    if (price > window[HIGH]!) window[HIGH] = price
    else if (price < window[LOW]!) window[LOW] = price
    if (id > window[LAST_ID]!) {
      window[LAST_ID] = id
      window[CLOSE] = price
    } else if (id < window[FIRST_ID]!) {
      window[FIRST_ID] = id
      window[OPEN] = price
    }
  }
  add(window, VOLUME, qty)
  add(window, QUOTE_VOLUME, price * qty)
  add(window, BUY_VOLUME, trade.buy ? qty : 0)
}

/** Adds to a compensated sum, whose rounding error is in the next element. */
function add(window: OpenWindow, sum: number, n: number): void {
  const before = window[sum]!
  const after = before + n
  window[sum] = after
  window[sum + 1]! += lost(before, n, after)
}

/** @returns whether a trade of this id may be among those of the open window. */
export const mayHave = (window: OpenWindow, id: number): boolean =>
  window[TRADE_COUNT]! > 0 && id >= window[FIRST_ID]! && id <= window[LAST_ID]!

/** @returns the trades of the open base window */
export const foldOf = (window: OpenWindow): Fold => ({
  trade_count: window[TRADE_COUNT]!,
  first_trade_id: window[FIRST_ID]!,
  last_trade_id: window[LAST_ID]!,
  open: window[OPEN]!,
  high: window[HIGH]!,
  low: window[LOW]!,
  close: window[CLOSE]!,
  volume: window[VOLUME]!,
  volume_lo: window[VOLUME_LO]!,
  quote_volume: window[QUOTE_VOLUME]!,
  quote_volume_lo: window[QUOTE_VOLUME_LO]!,
  buy_volume: window[BUY_VOLUME]!,
  buy_volume_lo: window[BUY_VOLUME_LO]!,
})

/** Sets the trades of the open base window; the inverse of {@link foldOf}. */
export function setTrades(window: OpenWindow, fold: Fold): void {
  window[TRADE_COUNT] = fold.trade_count
  window[FIRST_ID] = fold.first_trade_id
  window[LAST_ID] = fold.last_trade_id
  window[OPEN] = fold.open
  window[HIGH] = fold.high
  window[LOW] = fold.low
  window[CLOSE] = fold.close
  window[VOLUME] = fold.volume
  window[VOLUME_LO] = fold.volume_lo
  window[QUOTE_VOLUME] = fold.quote_volume
  window[QUOTE_VOLUME_LO] = fold.quote_volume_lo
  window[BUY_VOLUME] = fold.buy_volume
  window[BUY_VOLUME_LO] = fold.buy_volume_lo
}
