import type { ExchangeTrade } from '@candlewick/exchanges'

/** What a pair's next records say, in order. */
export type Entry =
  | { readonly type: 'trade'; readonly trade: ExchangeTrade }
  | GapEntry
  | { readonly type: 'watermark'; readonly watermark_ms: number }

/** So many trades, of [from_ms, to_ms), could not be had from the exchange. */
export interface GapEntry {
  readonly type: 'gap'
  readonly from_ms: number
  readonly to_ms: number
  readonly trades: number
}

/** How far a pair has been written, as its cursor says. */
export interface Written {
  readonly last_trade_id: number | null
  readonly last_timestamp_ms: number | null
  readonly watermark_ms: number | null
}

/** What the exchange's history is to be asked for. */
export interface Missing {
  readonly after: { readonly trade_id: number | null; readonly timestamp_ms: number }
  /** The id of the first trade buffered; null when nothing is, and the question is whether there is anything. */
  readonly before: number | null
  /** Counts the connections lost: an answer from before proves nothing about what was missed since. */
  readonly generation: number
}

/**
 * A pair's trades between the exchange and the log: puts them in order of their ids, drops what was there before,
 * buffers what comes after a gap, and knows when nothing is missing. Pure; what is in `entries` waits to be written.
 */
export class TradeSequencer {
  readonly pair: string
  /** Of the last of `entries`, or of what is written. */
  #lastTradeId: number | null = null
  #lastTimestampMs: number | null = null
  #watermarkMs: number | null = null
  #entries: Entry[] = []
  #buffered: ExchangeTrade[] = []
  #generation = 0
  #subscribed = false
  /** The live connection has told trades, or the history that there are none: nothing can be missing before them. */
  #joined = false
  #historyFromMs: number | null = null
  /** When a connection first took part in the pair: from then on its trades are to be had. */
  #sinceMs: number | null = null
  #awaitsHistory = false

  constructor(pair: string) {
    this.pair = pair
  }

  get last(): Written {
    return {
      last_trade_id: this.#lastTradeId,
      last_timestamp_ms: this.#lastTimestampMs,
      watermark_ms: this.#watermarkMs,
    }
  }

  get entries(): readonly Entry[] {
    return this.#entries
  }

  get buffered(): number {
    return this.#buffered.length
  }

  /** Whether `entries` and the log have everything that the exchange has told and had before: watermarks may go on. */
  get complete(): boolean {
    return this.#joined && this.#buffered.length === 0
  }

  /** Sets the state that the log has; what was not yet written is offered anew. */
  restore(written: Written): void {
    const before = this.#lastTradeId
    const unwritten = this.#entries.flatMap(entry => (entry.type === 'trade' ? [entry.trade] : []))
    const trades = [...unwritten, ...this.#buffered]
    this.#lastTradeId = written.last_trade_id
    this.#lastTimestampMs = written.last_timestamp_ms
    this.#watermarkMs = written.watermark_ms
    this.#entries = []
    this.#buffered = []
    this.#add(trades)
    if (this.#lastTradeId !== before) this.#joined = false
  }

  /** How many trades are known to be missing before those buffered. */
  get gap(): number {
    const first = this.#buffered[0]
    return first && this.#lastTradeId !== null ? first.trade_id - this.#lastTradeId - 1 : 0
  }

  /** Lets go of the oldest trades buffered, which so become part of the gap before them; one stays. @returns how many */
  dropBuffered(count: number): number {
    return this.#buffered.splice(0, Math.min(count, this.#buffered.length - 1)).length
  }

  /** The entries are in the log. */
  committed(): void {
    this.#entries = []
  }

  /** The connection takes part in the pair from now on (Unix ms). */
  subscribed(nowMs: number): void {
    this.#subscribed = true
    this.#sinceMs ??= nowMs
  }

  /** The connection is gone: whatever happens from now on is missed. */
  lost(): void {
    this.#generation++
    this.#subscribed = false
    this.#joined = false
  }

  /** A pair that has no trades yet waits for the history from this time on (Unix ms). */
  beginWithHistory(fromMs: number): void {
    if (this.#lastTradeId !== null || this.#historyFromMs !== null) return
    this.#historyFromMs = fromMs
    this.#awaitsHistory = true
  }

  /** Whoever brings the trades has all of them since this time (Unix ms). */
  beginsAt(fromMs: number): void {
    this.#historyFromMs = fromMs
  }

  /** @returns from when on a series that begins with this trade is complete (Unix ms). */
  completeFrom(first: ExchangeTrade): number {
    // Others of the first trade's millisecond may lie before it.
    return this.#historyFromMs ?? first.timestamp_ms + 1
  }

  /** Trades of the live connection. @returns how many were there before */
  offer(trades: readonly ExchangeTrade[]): number {
    if (trades.length > 0) this.#joined = true
    return this.#add(trades)
  }

  /**
   * What the history answered to a question of {@link missing}.
   * @param end whether the exchange had nothing more
   */
  fill(asked: Missing, trades: readonly ExchangeTrade[], end: boolean): void {
    if (trades.length > 0 || end) this.#awaitsHistory = false
    this.#add(trades)
    if (end && asked.generation === this.#generation) this.#joined = true
  }

  /** @returns what is to be asked of the history now; undefined when nothing is missing, or nobody listens. */
  missing(): Missing | undefined {
    const from = this.#lastTimestampMs ?? this.#historyFromMs ?? this.#sinceMs
    if (this.complete || !this.#subscribed || from === null) return undefined
    const after = { trade_id: this.#lastTradeId, timestamp_ms: from }
    return { after, before: this.#buffered[0]?.trade_id ?? null, generation: this.#generation }
  }

  /** Gives up what lies before the trades buffered. @returns the gap, as it will stand in the log */
  giveUp(): GapEntry | undefined {
    const first = this.#buffered[0]
    this.#awaitsHistory = false
    if (this.#lastTradeId === null || this.#lastTimestampMs === null || !first) {
      this.#historyFromMs = null
      this.#drain()
      return undefined
    }
    const from_ms = Math.min(this.#lastTimestampMs, first.timestamp_ms)
    const to_ms = Math.max(this.#lastTimestampMs, first.timestamp_ms) + 1
    const gap: GapEntry = { type: 'gap', from_ms, to_ms, trades: first.trade_id - this.#lastTradeId - 1 }
    this.#entries.push(gap)
    this.#lastTradeId = first.trade_id - 1
    this.#drain()
    return gap
  }

  /** Promises that no trade before the time follows, unless a trade or a watermark has said as much. */
  advance(watermarkMs: number): void {
    if (this.#lastTradeId === null || !this.complete) return
    if (watermarkMs <= (this.#lastTimestampMs ?? 0) || watermarkMs <= (this.#watermarkMs ?? 0)) return
    this.#entries.push({ type: 'watermark', watermark_ms: watermarkMs })
    this.#watermarkMs = watermarkMs
  }

  #add(trades: readonly ExchangeTrade[]): number {
    let duplicates = 0
    for (const trade of trades) {
      const last = this.#lastTradeId
      if (last !== null && trade.trade_id <= last) duplicates++
      else if (last !== null && trade.trade_id === last + 1) this.#accept(trade)
      else if (!this.#buffer(trade)) duplicates++
    }
    this.#drain()
    return duplicates
  }

  #accept(trade: ExchangeTrade): void {
    this.#entries.push({ type: 'trade', trade })
    this.#lastTradeId = trade.trade_id
    this.#lastTimestampMs = trade.timestamp_ms
  }

  /** Keeps the trades buffered in order of their ids. @returns false when it is there already */
  #buffer(trade: ExchangeTrade): boolean {
    const at = this.#buffered.findLastIndex(other => other.trade_id <= trade.trade_id)
    if (this.#buffered[at]?.trade_id === trade.trade_id) return false
    this.#buffered.splice(at + 1, 0, trade)
    return true
  }

  /** Accepts what follows the last trade; the very first of a pair follows nothing. */
  #drain(): void {
    if (this.#lastTradeId === null && this.#awaitsHistory) return
    let count = 0
    for (const trade of this.#buffered) {
      const next = this.#lastTradeId === null ? trade.trade_id : this.#lastTradeId + 1
      if (trade.trade_id > next) break
      if (trade.trade_id === next) this.#accept(trade)
      count++
    }
    this.#buffered.splice(0, count)
  }
}
