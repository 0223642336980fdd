import { type Clock, type FeedEvent, type MappedTrades, type RejectedTrade, UnknownPair } from '@candlewick/exchanges'
import { windowStart } from '@candlewick/market-data'
import { ConnectionProgress } from './connection-progress.ts'
import { ExchangeClock } from './exchange-clock.ts'
import { AHEAD_MS_MAX, rejectFuture } from './future-trades.ts'
import type { HistoryEvent } from './gap-filler.ts'
import { NOTHING_OFFERED, type Offered } from './offered.ts'
import type { HistoryProgress } from './recovery.ts'
import { Refusals } from './refusals.ts'
import { TradeSequencer } from './trade-sequencer.ts'

export interface SequencersOptions {
  readonly clock: Pick<Clock, 'now' | 'wall'>
  /** The configured pairs; others are added when the source delivers them. */
  readonly pairs: readonly string[]
  /** How much history a new pair begins with; 0: none. Undefined: as much as the exchange returns within 20 seconds. */
  readonly historyMs: number | undefined
  /** Watermarks are multiples of this (ms). */
  readonly baseMs: number
  readonly graceMs: number
}

/** The sequencers of all pairs: passes the exchange's events to them, and decides when watermarks may advance. */
export class TradeSequencers {
  readonly #o: SequencersOptions
  readonly #sequencers = new Map<string, TradeSequencer>()
  readonly #exchangeClock = new ExchangeClock()
  readonly #progress: ConnectionProgress
  /** The connection that delivers each pair. */
  readonly #connections = new Map<string, number>()
  readonly #refusals = new Refusals()

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

  /** Pairs that the exchange does not deliver, and why. */
  get refused(): ReadonlyMap<string, string> {
    return this.#refusals.all
  }

  /** Pairs whose feed is lost or has a gap that is being filled. */
  get lost(): readonly string[] {
    const { refused } = this
    return this.all.filter(sequencer => !sequencer.complete && !refused.has(sequencer.pair)).map(({ pair }) => pair)
  }

  /** The pairs whose history is being fetched, with its progress. */
  get histories(): readonly HistoryProgress[] {
    const nowMs = this.nowMs(this.#o.clock.now())
    return this.all.flatMap(sequencer => {
      const history = sequencer.history(nowMs)
      return history ? [{ pair: sequencer.pair, ...history }] : []
    })
  }

  /** The exchange's time minus ours. */
  get clockOffsetMs(): number | undefined {
    const { clock } = this.#o
    const exchangeMs = this.#exchangeClock.now(clock.now())
    return exchangeMs && exchangeMs - clock.wall()
  }

  get(pair: string): TradeSequencer {
    const known = this.#sequencers.get(pair)
    if (known) return known
    const sequencer = new TradeSequencer(pair)
    this.#sequencers.set(pair, sequencer)
    return sequencer
  }

  /** Passes an event of the feed to the sequencers. @returns its duplicates and rejected trades */
  receive(event: FeedEvent): Offered {
    if (event.type === 'message') return this.#message(event)
    this.#progress.lost(event.connection)
    for (const pair of event.pairs) this.get(pair).lost()
    return NOTHING_OFFERED
  }

  /** Notes whether the history knows the pair. @returns the event without trades that have an impossible time */
  answered(event: HistoryEvent): HistoryEvent {
    if (event.type === 'history') {
      this.#refusals.delete(event.pair, 'history')
      return { ...event, page: { ...event.page, ...this.#checked(event.page) } }
    }
    if (event.error instanceof UnknownPair) this.#refusals.set(event.pair, 'history', event.error.message)
    return event
  }

  /** Advances each pair's watermark to the time until which its connection has delivered everything, minus the grace. */
  advance(): void {
    const { graceMs, baseMs } = this.#o
    for (const [pair, connection] of this.#connections) {
      const until = this.#progress.until(connection)
      const now = until === undefined ? undefined : this.#exchangeClock.now(until)
      if (now !== undefined) this.get(pair).advance(windowStart(Math.floor(now - graceMs), baseMs))
    }
  }

  /**
   * Drops buffered trades of the pairs with the largest gaps, which are filled last. The history has the dropped trades.
   * @returns how many trades of each pair were dropped
   */
  dropBuffered(count: number): ReadonlyMap<string, number> {
    const dropped = new Map<string, number>()
    let left = count
    for (const sequencer of this.all.filter(({ buffered }) => buffered > 0).sort((a, b) => b.gap - a.gap)) {
      if (left <= 0) break
      const own = sequencer.dropBuffered(left)
      if (own > 0) dropped.set(sequencer.pair, own)
      left -= own
    }
    return dropped
  }

  #message({ connection, message: received, at }: FeedEvent & { type: 'message' }): Offered {
    const message = this.#dated(received, at)
    this.#progress.received(connection, at, message, this.#exchangeClock.now(at))
    if (message.type === 'alive' && message.exchange_ms !== null) this.#exchangeClock.reported(message.exchange_ms, at)
    if (message.type === 'refused' && message.pair !== null) this.#refusals.set(message.pair, 'socket', message.error)
    if (message.type === 'unrequested') for (const pair of message.silent) this.#suspect(pair, message.pair)
    if (message.type === 'subscribed') this.#subscribed(message.pair, connection, message.exchange_ms, at)
    if (message.type === 'missed') for (const pair of message.pairs) this.#missed(pair, at)
    if (message.type === 'trades') return this.#offer({ trades: message.trades, rejected: [] }, connection, at)
    return message.type === 'rejected' ? this.#reject(message.trades, connection, at) : NOTHING_OFFERED
  }

  /** An exchange's time that cannot be true would close windows whose trades are still to come. @returns the message without it */
  #dated<Message extends { readonly type: string }>(message: Message, at: number): Message {
    const now = this.#exchangeClock.now(at)
    if (now === undefined || !('exchange_ms' in message) || typeof message.exchange_ms !== 'number') return message
    const isTrue = message.exchange_ms <= Math.max(now, this.#o.clock.wall()) + AHEAD_MS_MAX
    return isTrue ? message : { ...message, exchange_ms: null }
  }

  /**
   * The exchange granted the pair, but sends no trades of it, only trades of a pair that was not requested. They may be the
   * pair's own under another name. Until the pair has a trade, it is unknown which of its windows are complete.
   */
  #suspect(pair: string, unrequested: string): void {
    if (this.#refusals.has(pair, 'silence')) return
    const reason = `subscribed, but without trades, while the exchange sends trades of ${unrequested}, which was not requested`
    this.#refusals.set(pair, 'silence', reason)
    this.get(pair).lost()
  }

  /** A suspected pair has a trade after all. The trades that it missed are looked for in the history. */
  #clear(pair: string, at: number): void {
    if (this.#refusals.delete(pair, 'silence')) this.get(pair).subscribed(this.nowMs(at))
  }

  /** The trades of the lost message are looked for in the history, as after a lost connection. */
  #missed(pair: string, at: number): void {
    if (this.#refusals.has(pair, 'silence')) return
    const sequencer = this.get(pair)
    sequencer.lost()
    sequencer.subscribed(this.nowMs(at))
  }

  /** The exchange's time (Unix ms), or ours before the exchange has sent one. */
  nowMs(at: number): number {
    return Math.floor(this.#exchangeClock.now(at) ?? this.#o.clock.wall())
  }

  #subscribed(pair: string, connection: number, exchangeMs: number | null, at: number): void {
    if (exchangeMs !== null) this.#exchangeClock.reported(exchangeMs, at)
    const sequencer = this.get(pair)
    this.#refusals.delete(pair, 'socket')
    this.#refusals.delete(pair, 'silence')
    this.#connections.set(pair, connection)
    const nowMs = exchangeMs ?? this.nowMs(at)
    sequencer.subscribed(nowMs)
    if (this.#o.historyMs !== 0) sequencer.awaitBeginning()
  }

  /** Rejects trades whose time neither the exchange's clock nor ours has reached. */
  #checked(rows: MappedTrades): MappedTrades {
    const { clock } = this.#o
    return rejectFuture(rows, Math.max(clock.wall(), this.#exchangeClock.now(clock.now()) ?? 0))
  }

  #offer(message: MappedTrades, connection: number, at: number): Offered {
    const { trades, rejected } = this.#checked(message)
    const offered = [this.#reject(rejected, connection, at)]
    for (const [pair, own] of Map.groupBy(trades, trade => trade.pair)) {
      this.#connections.set(pair, connection)
      this.#clear(pair, at)
      offered.push(this.get(pair).offer({ trades: own, rejected: [] }))
    }
    const ahead = trades.filter(({ timestamp_ms }) => !this.#exchangeClock.traded(timestamp_ms, at))
    return { ...joined(offered), ahead }
  }

  #reject(rows: readonly RejectedTrade[], connection: number, at: number): Offered {
    const offered: Offered[] = []
    for (const [pair, rejected] of Map.groupBy(rows, row => row.pair)) {
      // A row without an id may be a trade of any time: the history shows whether one is missing.
      if (pair === null) for (const each of this.#pairsOf(connection)) this.#missed(each, at)
      else {
        this.#clear(pair, at)
        if (rejected.some(({ trade_id }) => trade_id === null)) this.#missed(pair, at)
      }
      offered.push(pair === null ? { duplicates: 0, rejected } : this.get(pair).offer({ trades: [], rejected }))
    }
    return joined(offered)
  }

  #pairsOf(connection: number): string[] {
    return [...this.#connections].flatMap(([pair, of]) => (of === connection ? pair : []))
  }
}

const joined = (offered: readonly Offered[]): Offered => ({
  duplicates: offered.reduce((sum, { duplicates }) => sum + duplicates, 0),
  rejected: offered.flatMap(({ rejected }) => rejected),
  contradicting: offered.flatMap(({ contradicting = [] }) => contradicting),
})
