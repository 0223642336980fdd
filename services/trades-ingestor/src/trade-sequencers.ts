import { type Clock, type ExchangeTrade, type FeedEvent, UnknownPair } from '@candlewick/exchanges'
import { windowStart } from '@candlewick/market-data'
import { ConnectionProgress } from './connection-progress.ts'
import { ExchangeClock } from './exchange-clock.ts'
import type { HistoryEvent } from './gap-filler.ts'
import { TradeSequencer } from './trade-sequencer.ts'

export interface SequencersOptions {
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

/** The sequencers of all pairs: what the exchange tells does to them, and up to when they promise to be complete. */
export class TradeSequencers {
  readonly #o: SequencersOptions
  readonly #sequencers = new Map<string, TradeSequencer>()
  readonly #exchangeClock = new ExchangeClock()
  readonly #progress: ConnectionProgress
  /** Who tells of each pair. */
  readonly #connections = new Map<string, number>()
  /** Why pairs cannot be had: as the socket says, and as the history does. */
  readonly #refused = new Map<string, string>()
  readonly #unknown = new Map<string, string>()

  constructor(options: SequencersOptions) {
    this.#o = options
    this.#progress = new ConnectionProgress(options.graceMs)
    for (const pair of options.pairs) this.get(pair)
  }

  get all(): readonly TradeSequencer[] {
    return [...this.#sequencers.values()]
  }

  get buffered(): number {
    return this.all.reduce((sum, sequencer) => sum + sequencer.buffered, 0)
  }

  /** Pairs that cannot be had, and why. */
  get refused(): ReadonlyMap<string, string> {
    return new Map([...this.#unknown, ...this.#refused])
  }

  /** Pairs whose feed is lost or has a gap that is being filled. */
  get lost(): readonly string[] {
    const { refused } = this
    return this.all.filter(sequencer => !sequencer.complete && !refused.has(sequencer.pair)).map(({ pair }) => pair)
  }

  /** The exchange's time less ours. */
  get clockOffsetMs(): number | undefined {
    const { clock } = this.#o
    const exchangeMs = this.#exchangeClock.now(clock.now())
    return exchangeMs && exchangeMs - clock.wall()
  }

  get(pair: string): TradeSequencer {
    const known = this.#sequencers.get(pair)
    if (known) return known
    const sequencer = new TradeSequencer(pair)
    if (this.#o.fromMs !== undefined) sequencer.beginsAt(this.#o.fromMs)
    this.#sequencers.set(pair, sequencer)
    return sequencer
  }

  /** @returns how many trades were there before */
  receive(event: FeedEvent): number {
    if (event.type === 'message') return this.#message(event)
    this.#progress.lost(event.connection)
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
      const until = this.#progress.until(connection)
      const now = until === undefined ? undefined : this.#exchangeClock.now(until)
      if (now !== undefined) this.get(pair).advance(windowStart(Math.floor(now - graceMs), baseMs))
    }
  }

  /** Nothing follows: all windows close up to where the source ends, or else up to that of the very last trade. */
  close(toMs: number | undefined): void {
    const { baseMs } = this.#o
    const last = Math.max(...this.all.map(sequencer => sequencer.last.last_timestamp_ms ?? 0))
    const end = toMs === undefined ? windowStart(last, baseMs) + baseMs : windowStart(toMs, baseMs)
    for (const sequencer of this.all) sequencer.advance(end)
  }

  /** So many of the trades buffered go, of those with the largest gaps: these are filled last, from the history. */
  dropBuffered(count: number): void {
    let left = count
    for (const sequencer of this.all.filter(({ buffered }) => buffered > 0).sort((a, b) => b.gap - a.gap)) {
      if (left <= 0) return
      left -= sequencer.dropBuffered(left)
    }
  }

  #message({ connection, message, at }: FeedEvent & { type: 'message' }): number {
    this.#progress.received(connection, at, message, this.#exchangeClock.now(at))
    if (message.type === 'alive' && message.exchange_ms !== null) this.#exchangeClock.reported(message.exchange_ms, at)
    if (message.type === 'refused' && message.pair !== null) this.#refused.set(message.pair, message.error)
    if (message.type === 'subscribed') this.#subscribed(message.pair, connection, message.exchange_ms, at)
    if (message.type === 'missed') for (const pair of message.pairs) this.#missed(pair, at)
    return message.type === 'trades' ? this.#offer(message.trades, connection, at) : 0
  }

  /** What the lost message buffered is looked for as after a lost connection. */
  #missed(pair: string, at: number): void {
    const sequencer = this.get(pair)
    sequencer.lost()
    sequencer.subscribed(this.#nowMs(at))
  }

  /** The exchange's time, or ours before it has told any. */
  #nowMs(at: number): number {
    return Math.floor(this.#exchangeClock.now(at) ?? this.#o.clock.wall())
  }

  #subscribed(pair: string, connection: number, exchangeMs: number | null, at: number): void {
    if (exchangeMs !== null) this.#exchangeClock.reported(exchangeMs, at)
    const sequencer = this.get(pair)
    this.#refused.delete(pair)
    this.#connections.set(pair, connection)
    const nowMs = exchangeMs ?? this.#nowMs(at)
    sequencer.subscribed(nowMs)
    if (this.#o.historyMs > 0) sequencer.beginWithHistory(nowMs - this.#o.historyMs)
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
