import type { ExchangeTrade, MappedTrades } from '@candlewick/exchanges'
import type { Seed } from '@candlewick/market-data'
import type { Beginning } from './beginning.ts'
import type { GapEntry } from './gap-entry.ts'
import { KnownTrades } from './known-trades.ts'
import type { Offered } from './offered.ts'
import { PairBeginning } from './pair-beginning.ts'
import { isRejected, type RejectedWithId, type Sequenced, TradeBuffer } from './trade-buffer.ts'

/** A pair's next records, in order. A rejected trade has no record, but the cursor passes its id. */
export type Entry =
  | { readonly type: 'trade'; readonly trade: ExchangeTrade }
  | { readonly type: 'rejected'; readonly trade: RejectedWithId }
  | GapEntry
  | { readonly type: 'watermark'; readonly watermark_ms: number }

/** How far a pair has been written, by its cursor. */
export interface Written {
  readonly last_trade_id: number | null
  readonly last_timestamp_ms: number | null
  readonly watermark_ms: number | null
}

/** The trades to request from the exchange's history. */
export interface Missing {
  readonly after: { readonly trade_id: number | null; readonly timestamp_ms: number }
  /** The id of the first buffered trade; null if no trade is buffered, so that any new trade answers the question. */
  readonly before: number | null
  /** Counts lost connections. An answer from before a loss does not show which trades were missed since then. */
  readonly generation: number
}

/**
 * Puts one pair's trades in the order of their ids, drops duplicates, buffers trades behind a gap, and knows when no trade
 * is missing. Pure; `entries` are waiting to be written to the log.
 */
export class TradeSequencer {
  readonly pair: string
  /** The id of the last entry, or of the last trade in the log. */
  #lastId: number | null = null
  #lastTimestampMs: number | null = null
  #watermarkMs: number | null = null
  #entries: Entry[] = []
  readonly #buffer = new TradeBuffer()
  readonly #known = new KnownTrades()
  #generation = 0
  #subscribed = false
  /** Whether the live connection has delivered trades, or the history has shown that there are none: then no earlier trade is missing. */
  #joined = false
  #historyFromMs: number | null = null
  /** When a connection first subscribed to the pair: its trades can be obtained from that time on. */
  #sinceMs: number | null = null
  #awaitsHistory = false
  readonly #beginning = new PairBeginning()

  constructor(pair: string) {
    this.pair = pair
  }

  /** The position for the cursor. Before a pair's first valid trade there is none. */
  get last(): Written {
    return {
      last_trade_id: this.#lastTimestampMs === null ? null : this.#lastId,
      last_timestamp_ms: this.#lastTimestampMs,
      watermark_ms: this.#watermarkMs,
    }
  }

  /** The id of the last trade in the sequence, which may be a rejected trade. */
  get lastId(): number | null {
    return this.#lastId
  }

  /** The gap of dropped trades comes first, because a later trade or a watermark would close its window. */
  get entries(): readonly Entry[] {
    const { gap } = this.#known
    return gap ? [gap, ...this.#entries] : this.#entries
  }

  /** How many trades are buffered behind a gap. */
  get buffered(): number {
    return this.#buffer.size
  }

  get beginning(): Pick<PairBeginning, 'isAwaited' | 'isFetching'> {
    return this.#beginning
  }

  /** The exchange's candles of the windows before the first trade, which are written with it. */
  get seeds(): readonly Seed[] {
    return this.#beginning.seeds
  }

  /** Buffered trades per millisecond, which show how liquid a new pair is. */
  get bufferedRate(): number {
    return this.#buffer.rate
  }

  /** @returns length of the pair's first history and of the fetched part (ms); undefined when none is being fetched. */
  history(nowMs: number): { readonly doneMs: number; readonly ofMs: number } | undefined {
    if (this.#historyFromMs === null || !this.#beginning.isFetching) return undefined
    const doneMs = Math.max(0, (this.#lastTimestampMs ?? 0) - this.#historyFromMs)
    return { doneMs, ofMs: nowMs - this.#historyFromMs }
  }

  /** How many trades are known to be missing before the buffered ones. */
  get gap(): number {
    const { first } = this.#buffer
    return first && this.#lastId !== null ? first.trade_id - this.#lastId - 1 : 0
  }

  /** Whether entries and log together have every trade so far, so that watermarks may advance. */
  get complete(): boolean {
    return this.#joined && this.#buffer.size === 0
  }

  /** Goes back to the log's state, and offers the unwritten trades again. */
  restore(written: Written): void {
    const before = this.#lastId
    const unwritten = this.#entries.flatMap(entry => ('trade' in entry ? [entry.trade] : []))
    const items = [...unwritten, ...this.#buffer.clear()]
    this.#lastId = written.last_trade_id
    this.#lastTimestampMs = written.last_timestamp_ms
    this.#watermarkMs = written.watermark_ms
    this.#entries = []
    for (const item of items) this.#add(item)
    this.#drain()
    if (this.#lastId !== before) this.#joined = false
  }

  /** Drops the oldest buffered trades except one. They become part of the gap before them. @returns how many were dropped */
  dropBuffered(count: number): number {
    return this.#buffer.drop(Math.min(count, this.#buffer.size - 1))
  }

  /** Drops the entries, which are in the log now. */
  committed(): void {
    this.#entries = []
    this.#known.committed()
    if (this.#lastTimestampMs !== null) this.#beginning.dropSeeds()
    if (this.complete) this.#beginning.end()
  }

  /** Notes that the connection delivers the pair from this time on (Unix ms). */
  subscribed(nowMs: number): void {
    this.#subscribed = true
    this.#sinceMs ??= nowMs
  }

  /** Notes that the connection is lost, so that every later trade is missed. */
  lost(): void {
    this.#generation++
    this.#subscribed = false
    this.#joined = false
  }

  /** Makes a pair without trades wait until {@link begin} sets where it begins. */
  awaitBeginning(): void {
    if (this.#lastId === null) this.#beginning.await()
  }

  /** Sets where the pair begins. It then waits for the history from there, or continues with the live trades. */
  begin(beginning: Beginning): void {
    if (!this.#beginning.isAwaited) return
    this.#beginning.know(beginning)
    this.#historyFromMs = beginning.fromMs
    this.#awaitsHistory = beginning.fromMs !== null
    this.#drain()
  }

  /** @returns from when on a series that begins with this trade is complete (Unix ms). */
  completeFrom(first: Pick<ExchangeTrade, 'timestamp_ms'>): number {
    // Other trades in the first trade's millisecond may be earlier.
    return this.#historyFromMs ?? first.timestamp_ms + 1
  }

  /** Takes trades of the live connection. */
  offer({ trades, rejected }: MappedTrades): Offered {
    if (trades.length > 0 || rejected.some(({ trade_id }) => trade_id !== null)) this.#joined = true
    return this.#addAll({ trades, rejected })
  }

  /**
   * Takes the history's answer to a question of {@link missing}.
   * @param end whether the exchange had no more trades
   */
  fill(asked: Missing, rows: MappedTrades, end: boolean): Offered {
    if (rows.trades.length > 0 || rows.rejected.length > 0 || end) this.#awaitsHistory = false
    const offered = this.#addAll(rows)
    if (end && asked.generation === this.#generation) this.#joined = true
    return offered
  }

  /** @returns the trades to request from the history now; undefined if none is missing, or no connection is subscribed. */
  missing(): Missing | undefined {
    const from = this.#lastTimestampMs ?? this.#historyFromMs ?? this.#sinceMs
    if (this.complete || !this.#subscribed || from === null || this.#beginning.isAwaited) return undefined
    const after = { trade_id: this.#lastId, timestamp_ms: from }
    return { after, before: this.#buffer.first?.trade_id ?? null, generation: this.#generation }
  }

  /**
   * Whether {@link giveUp} has an effect. A gap ends at the time of a valid trade. While only rejected trades are buffered, the
   * time range of the missing trades is unknown, and the gap stays open.
   */
  get canGiveUp(): boolean {
    return this.#buffer.firstTrade !== undefined
  }

  /** Gives up the trades missing before the first valid buffered trade. @returns the gap for the log */
  giveUp(): GapEntry | undefined {
    const next = this.#buffer.firstTrade
    this.#awaitsHistory = false
    if (this.#lastId === null || this.#lastTimestampMs === null || !next) {
      // Before a pair's first valid trade a gap only means that the pair begins later.
      this.#historyFromMs = null
      this.#beginning.dropSeeds()
      this.#lastId = this.#lastTimestampMs === null ? null : this.#lastId
      this.#drain()
      return undefined
    }
    const { trade, rejectedBefore } = next
    const from_ms = Math.min(this.#lastTimestampMs, trade.timestamp_ms)
    const to_ms = Math.max(this.#lastTimestampMs, trade.timestamp_ms) + 1
    const trades = trade.trade_id - this.#lastId - 1 - rejectedBefore
    this.#entries.push({ type: 'gap', from_ms, to_ms, trades })
    this.#lastId = trade.trade_id - 1
    this.#drain()
    return { type: 'gap', from_ms, to_ms, trades }
  }

  /** Promises that no trade before the time follows, unless a trade or a watermark has already done so. */
  advance(watermarkMs: number): void {
    if (this.#lastTimestampMs === null || !this.complete) return
    if (watermarkMs <= this.#lastTimestampMs || watermarkMs <= (this.#watermarkMs ?? 0)) return
    this.#entries.push({ type: 'watermark', watermark_ms: watermarkMs })
    this.#watermarkMs = watermarkMs
  }

  #addAll({ trades, rejected }: MappedTrades): Offered {
    let duplicates = 0
    const contradicting: ExchangeTrade[] = []
    for (const trade of trades)
      if (!this.#add(trade)) {
        duplicates++
        if (this.#known.noteContradiction(trade, { id: this.#lastId, ms: this.#lastTimestampMs }))
          contradicting.push(trade)
      }
    const added = rejected.filter(trade => trade.trade_id === null || this.#add(trade as Sequenced))
    this.#drain()
    return { duplicates, rejected: added, contradicting }
  }

  /** @returns false if the trade was known already */
  #add(item: Sequenced): boolean {
    const last = this.#lastId
    if (last !== null && item.trade_id <= last) return false
    if (last === null || item.trade_id > last + 1) return this.#buffer.add(item)
    this.#accept(item)
    return true
  }

  #accept(item: Sequenced): void {
    this.#lastId = item.trade_id
    if (isRejected(item)) {
      // Before the first valid trade there is no cursor that could pass it.
      if (this.#lastTimestampMs !== null) this.#entries.push({ type: 'rejected', trade: item })
      return
    }
    this.#entries.push({ type: 'trade', trade: item })
    this.#known.add(item)
    this.#lastTimestampMs = item.timestamp_ms
  }

  /** Accepts the buffered trades that follow the last one. A pair's first trade has no predecessor. */
  #drain(): void {
    if (this.#lastId === null && (this.#awaitsHistory || this.#beginning.isAwaited)) return
    if (this.#lastId === null && this.#historyFromMs !== null) this.#buffer.dropBefore(this.#historyFromMs)
    for (;;) {
      const { first } = this.#buffer
      if (!first || (this.#lastId !== null && first.trade_id > this.#lastId + 1)) return
      this.#buffer.drop(1)
      if (this.#lastId === null || first.trade_id > this.#lastId) this.#accept(first)
    }
  }
}
