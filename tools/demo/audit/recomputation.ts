import { type Candle, windowStart } from '@candlewick/market-data'

/** The fields of a trade from which candles are computed. */
export interface AuditTrade {
  readonly pair: string
  readonly trade_id: number
  readonly side: 'buy' | 'sell' | null
  readonly price: number
  readonly qty: number
  readonly timestamp_ms: number
}

export type Sums = Pick<
  Candle,
  | 'open'
  | 'high'
  | 'low'
  | 'close'
  | 'volume'
  | 'quote_volume'
  | 'buy_volume'
  | 'trade_count'
  | 'first_trade_id'
  | 'last_trade_id'
>

/** Number of base windows kept of each pair. Longer windows cannot be recomputed, and count as unchecked. */
const KEPT_MS = 3 * 3_600_000

/** Candles computed from the list of trades in the plainest way, not by the service's code. */
export class Recomputation {
  readonly #baseMs: number
  /** Sums by pair and start of the base window; windows without trades have no entry. */
  readonly #windows = new Map<string, Map<number, Sums>>()

  constructor(baseMs: number) {
    this.#baseMs = baseMs
  }

  add(trade: AuditTrade): void {
    const { pair, timestamp_ms } = trade
    const windows = this.#windows.get(pair) ?? new Map<number, Sums>()
    this.#windows.set(pair, windows)
    const start = windowStart(timestamp_ms, this.#baseMs)
    const one = sumsOf(trade)
    const known = windows.get(start)
    windows.set(start, known ? together(known, one) : one)
    if (!known) forget(windows, start - KEPT_MS)
  }

  /**
   * @returns the sums of the trades in [openMs, closeMs); without trades, the flat candle at the previous close; undefined if
   * there is no earlier trade either, or if the window is longer than the kept base windows
   */
  sums(pair: string, openMs: number, closeMs: number): Sums | undefined {
    if (closeMs - openMs > KEPT_MS) return undefined
    const windows = this.#windows.get(pair)
    let sums: Sums | undefined
    let before: number | undefined
    for (const [start, window] of windows ?? []) {
      if (start < openMs) before = window.close
      else if (start < closeMs) sums = sums ? together(sums, window) : window
    }
    return sums ?? (before === undefined ? undefined : flat(before))
  }
}

/** @returns the sums of one trade. */
export const sumsOf = ({ trade_id, side, price, qty }: AuditTrade): Sums => ({
  open: price,
  high: price,
  low: price,
  close: price,
  volume: qty,
  quote_volume: price * qty,
  buy_volume: side === 'buy' ? qty : 0,
  trade_count: 1,
  first_trade_id: trade_id,
  last_trade_id: trade_id,
})

/** @returns the sums of both; `b` is the later one. */
export const together = (a: Sums, b: Sums): Sums => ({
  open: a.open,
  high: Math.max(a.high, b.high),
  low: Math.min(a.low, b.low),
  close: b.close,
  volume: a.volume + b.volume,
  quote_volume: a.quote_volume + b.quote_volume,
  buy_volume: a.buy_volume + b.buy_volume,
  trade_count: a.trade_count + b.trade_count,
  first_trade_id: a.first_trade_id,
  last_trade_id: b.last_trade_id,
})

const flat = (price: number): Sums => ({
  open: price,
  high: price,
  low: price,
  close: price,
  volume: 0,
  quote_volume: 0,
  buy_volume: 0,
  trade_count: 0,
  first_trade_id: null,
  last_trade_id: null,
})

/** Drops the base windows before the time. The map is in the order of time. */
function forget(windows: Map<number, Sums>, beforeMs: number): void {
  for (const start of windows.keys()) {
    if (start >= beforeMs) return
    windows.delete(start)
  }
}
