import { type Clock, type ExchangeTrade, type FeedEvent, UnknownPair } from '@candlewick/exchanges'
import { windowStart } from '@candlewick/market-data'
import { ExchangeClock } from './exchange-clock.ts'
import type { HistoryEvent } from './gap-filler.ts'
import { Hearing } from './hearing.ts'
import { PairBook } from './pair-book.ts'

export interface BooksOptions {
  readonly clock: Pick<Clock, 'now' | 'wall'>
  /** Those that are known beforehand; others join when the source brings them. */
  readonly pairs: readonly string[]
  /** How much history a new pair begins with. */
  readonly historyMs: number
  /** Since when a new pair has all of its trades (Unix ms), where the source knows. */
  readonly fromMs?: number | undefined
  /** Watermarks stand at multiples of this (ms). */
  readonly baseMs: number
  readonly graceMs: number
}

/** The books of all pairs: what the exchange tells does to them, and up to when they promise to be complete. */
export class Books {
  readonly #o: BooksOptions
  readonly #books = new Map<string, PairBook>()
  readonly #exchangeClock = new ExchangeClock()
  readonly #hearing: Hearing
  /** Who tells of each pair. */
  readonly #connections = new Map<string, number>()
  /** Why pairs cannot be had: as the socket says, and as the history does. */
  readonly #refused = new Map<string, string>()
  readonly #unknown = new Map<string, string>()

  constructor(options: BooksOptions) {
    this.#o = options
    this.#hearing = new Hearing(options.graceMs)
    for (const pair of options.pairs) this.get(pair)
  }

  get all(): readonly PairBook[] {
    return [...this.#books.values()]
  }

  get held(): number {
    return this.all.reduce((sum, book) => sum + book.held, 0)
  }

  /** Pairs that cannot be had, and why. */
  get refused(): ReadonlyMap<string, string> {
    return new Map([...this.#unknown, ...this.#refused])
  }

  /** Pairs whose feed is lost or has a gap that is being filled. */
  get lost(): readonly string[] {
    const { refused } = this
    return this.all.filter(book => !book.complete && !refused.has(book.pair)).map(({ pair }) => pair)
  }

  /** The exchange's time less ours. */
  get clockOffsetMs(): number | undefined {
    const { clock } = this.#o
    const exchangeMs = this.#exchangeClock.now(clock.now())
    return exchangeMs && exchangeMs - clock.wall()
  }

  get(pair: string): PairBook {
    const known = this.#books.get(pair)
    if (known) return known
    const book = new PairBook(pair)
    if (this.#o.fromMs !== undefined) book.beginsAt(this.#o.fromMs)
    this.#books.set(pair, book)
    return book
  }

  /** @returns how many trades were there before */
  hear(event: FeedEvent): number {
    if (event.type === 'message') return this.#message(event)
    this.#hearing.lost(event.connection)
    for (const pair of event.pairs) this.get(pair).lost()
    return 0
  }

  /** The history answered, or not. */
  answered(event: HistoryEvent): void {
    if (event.type === 'history') this.#unknown.delete(event.pair)
    else if (event.error instanceof UnknownPair) this.#unknown.set(event.pair, event.error.message)
  }

  /** What a live connection has not told until now, a grace after a window's end, belongs to a later window. */
  advance(): void {
    const { graceMs, baseMs } = this.#o
    for (const [pair, connection] of this.#connections) {
      const until = this.#hearing.until(connection)
      const now = until === undefined ? undefined : this.#exchangeClock.now(until)
      if (now !== undefined) this.get(pair).advance(windowStart(Math.floor(now - graceMs), baseMs))
    }
  }

  /** Nothing follows: all windows close up to where the source ends, or else up to that of the very last trade. */
  close(toMs: number | undefined): void {
    const { baseMs } = this.#o
    const last = Math.max(...this.all.map(book => book.last.last_timestamp_ms ?? 0))
    const end = toMs === undefined ? windowStart(last, baseMs) + baseMs : windowStart(toMs, baseMs)
    for (const book of this.all) book.advance(end)
  }

  /** So many of the trades held back go, of those with the largest gaps: these are filled last, from the history. */
  shed(count: number): void {
    let left = count
    for (const book of this.all.filter(({ held }) => held > 0).sort((a, b) => b.gap - a.gap)) {
      if (left <= 0) return
      left -= book.shed(left)
    }
  }

  #message({ connection, message, at }: FeedEvent & { type: 'message' }): number {
    this.#hearing.heard(connection, at, message, this.#exchangeClock.now(at))
    if (message.type === 'alive' && message.exchange_ms !== null) this.#exchangeClock.told(message.exchange_ms, at)
    if (message.type === 'refused' && message.pair !== null) this.#refused.set(message.pair, message.error)
    if (message.type === 'subscribed') this.#subscribed(message.pair, connection, message.exchange_ms, at)
    if (message.type === 'missed') for (const pair of message.pairs) this.#missed(pair, at)
    return message.type === 'trades' ? this.#offer(message.trades, connection, at) : 0
  }

  /** What the lost message held is looked for as after a lost connection. */
  #missed(pair: string, at: number): void {
    const book = this.get(pair)
    book.lost()
    book.subscribed(this.#nowMs(at))
  }

  /** The exchange's time, or ours before it has told any. */
  #nowMs(at: number): number {
    return Math.floor(this.#exchangeClock.now(at) ?? this.#o.clock.wall())
  }

  #subscribed(pair: string, connection: number, exchangeMs: number | null, at: number): void {
    if (exchangeMs !== null) this.#exchangeClock.told(exchangeMs, at)
    const book = this.get(pair)
    this.#refused.delete(pair)
    this.#connections.set(pair, connection)
    const nowMs = exchangeMs ?? this.#nowMs(at)
    book.subscribed(nowMs)
    if (this.#o.historyMs > 0) book.beginWithHistory(nowMs - this.#o.historyMs)
  }

  #offer(trades: readonly ExchangeTrade[], connection: number, at: number): number {
    let duplicates = 0
    for (const [pair, own] of Map.groupBy(trades, trade => trade.pair)) {
      this.#connections.set(pair, connection)
      duplicates += this.get(pair).offer(own)
    }
    for (const { timestamp_ms } of trades) this.#exchangeClock.traded(timestamp_ms, at)
    return duplicates
  }
}
