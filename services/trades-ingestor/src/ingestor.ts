import {
  type Backoff,
  BoundedQueue,
  backoffMs,
  type Clock,
  type Ended,
  type ExchangeTrade,
  type FeedEvent,
  type History,
  UnknownPair,
} from '@candlewick/exchanges'
import { windowStart } from '@candlewick/market-data'
import { TAKE_UP_MS } from '@candlewick/streams'
import { ExchangeClock } from './exchange-clock.ts'
import { type GapEvent, GapFiller, type HistoryEvent } from './gap-filler.ts'
import { Hearing } from './hearing.ts'
import { Refused } from './owner.ts'
import { PairBook } from './pair-book.ts'
import { type Recovered, type Recovering, Recovery } from './recovery.ts'
import { type Batch, Writer, type WriterOptions } from './writer.ts'

/** What trades come from: a feed of an exchange, or recorded ones. Its events go to the ingestor's inbox. */
export interface Source {
  start(emit: (event: SourceEvent) => void): void
  pause(): void
  resume(): void
  stop(): Promise<void>
}

export type SourceEvent = FeedEvent | Ended

/** What an ingestor tells of itself, for logs and metrics; nothing depends on it. */
export type IngestorEvent =
  | FeedEvent
  | GapEvent
  | Recovering
  | Recovered
  | ({ readonly type: 'written'; readonly ms: number } & Batch)
  | { readonly type: 'grown'; readonly partitions: number }
  | { readonly type: 'duplicates'; readonly count: number }
  | { readonly type: 'failed'; readonly error: unknown; readonly retryInMs: number }

/** How an ingestor is. */
export interface IngestorStatus {
  /** Pairs whose feed is lost or has a gap that is being filled. */
  readonly lost: readonly string[]
  /** Why pairs cannot be had. */
  readonly refused: ReadonlyMap<string, string>
  /** Trades held back behind gaps. */
  readonly held: number
  /** The exchange's time less ours. */
  readonly clockOffsetMs: number | undefined
}

export interface IngestorOptions extends Omit<WriterOptions, 'pairs'> {
  readonly clock: Clock
  /** Those that are known beforehand; others join when the source brings them. */
  readonly pairs: readonly string[]
  readonly source: Source
  readonly history: History | undefined
  /** How much history a new pair begins with. */
  readonly historyMs: number
  /** Since when a new pair has all of its trades (Unix ms), where the source knows. */
  readonly fromMs?: number | undefined
  /** Watermarks stand at multiples of this (ms). */
  readonly baseMs: number
  readonly graceMs: number
  observe(event: IngestorEvent): void
}

const INBOX_MAX = 50_000
/** Trades held back behind gaps, of all pairs: some 100 MB. */
const HELD_MAX = 500_000
const BATCH_MAX = 20_000
/**
 * What comes within this time shares a transaction; where those take longer, as long as the last one took. Nobody
 * lingers when much is waiting already.
 */
const LINGER_MS = { least: 20, most: 250 }
const LINGER_TRADES_MAX = BATCH_MAX / 4
const IDLE_MS = 200
const PARTITIONS_MS = 1000
const BACKOFF: Backoff = { firstMs: 200, maxMs: 10_000 }
const PAIRS_NAMED = 10

type InboxEvent = SourceEvent | HistoryEvent

/** One writer of some pairs' trades: from the source to the log, each trade once and in order, through everything. */
export class Ingestor {
  readonly #o: IngestorOptions
  readonly #books = new Map<string, PairBook>()
  readonly #inbox: BoundedQueue<InboxEvent>
  readonly #filler: GapFiller
  readonly #exchangeClock = new ExchangeClock()
  readonly #hearing: Hearing
  readonly #recovery = new Recovery()
  readonly #connections = new Map<string, number>()
  /** Why pairs cannot be had: as the socket says, and as the history does. */
  readonly #refused = new Map<string, string>()
  readonly #unknown = new Map<string, string>()
  readonly #stopped = new AbortController()
  #ended: Ended | undefined
  #writing: string | undefined = 'not yet connected'
  #running: Promise<void> = Promise.resolve()

  constructor(options: IngestorOptions) {
    this.#o = options
    this.#hearing = new Hearing(options.graceMs)
    this.#inbox = new BoundedQueue<InboxEvent>({
      limit: INBOX_MAX,
      weigh: weightOf,
      onFull: () => options.source.pause(),
      onDrained: () => options.source.resume(),
    })
    this.#filler = new GapFiller({
      history: options.history,
      clock: options.clock,
      signal: this.#stopped.signal,
      deliver: event => this.#inbox.push(event),
      observe: event => options.observe(event),
    })
    for (const pair of options.pairs) this.#book(pair)
  }

  /** Runs until the source has ended or it is stopped. @throws Refused when it must not write what it was told to */
  run(): Promise<void> {
    this.#running = this.#run()
    return this.#running
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running.catch(() => {})
  }

  status(): IngestorStatus {
    const { clock } = this.#o
    const refused = new Map([...this.#unknown, ...this.#refused])
    const books = [...this.#books.values()]
    const exchangeMs = this.#exchangeClock.now(clock.now())
    return {
      refused,
      lost: books.filter(book => !book.complete && !refused.has(book.pair)).map(({ pair }) => pair),
      held: books.reduce((sum, book) => sum + book.held, 0),
      clockOffsetMs: exchangeMs && exchangeMs - clock.wall(),
    }
  }

  /** @returns why not everything is as it should be, undefined when it is. */
  ready(): string | undefined {
    if (this.#writing) return this.#writing
    const { lost, refused } = this.status()
    if (lost.length > 0) return `feed lost or a gap being filled: ${names(lost)}`
    const refusals = [...refused].map(([pair, error]) => `${pair} refused: ${error}`)
    return refusals.length > 0 ? refusals.join('; ') : undefined
  }

  async #run(): Promise<void> {
    const { clock, source, observe } = this.#o
    const { signal } = this.#stopped
    source.start(event => this.#inbox.push(event))
    try {
      let failures = 0
      let resuming = false
      for (let finished = false; !finished && !signal.aborted; ) {
        try {
          const writer = await Writer.open({ ...this.#o, pairs: [...this.#books.keys()] }, resuming)
          resuming = true
          for (const book of this.#books.values()) book.restore(writer.written(book.pair))
          this.#writing = undefined
          await this.#pump(writer, () => {
            failures = 0
          })
          await writer.close()
          finished = true
          if (this.#ended?.error) throw new SourceFailed(this.#ended.error)
        } catch (error) {
          if (error instanceof Refused || error instanceof SourceFailed) throw error
          const retryInMs = backoffMs(BACKOFF, failures++)
          this.#writing = `cannot write: ${error instanceof Error ? error.message : error}`
          observe({ type: 'failed', error, retryInMs })
          await clock.sleep(retryInMs, signal)
        }
      }
    } finally {
      this.#stopped.abort()
      await source.stop()
    }
  }

  async #pump(writer: Writer, wrote: () => void): Promise<void> {
    const { clock, observe } = this.#o
    const { signal } = this.#stopped
    let askedAt = clock.now()
    let tookMs = 0
    do {
      await this.#inbox.wait(clock, signal.aborted ? 0 : IDLE_MS)
      if (!signal.aborted && this.#inbox.weight < LINGER_TRADES_MAX)
        await clock.sleep(Math.min(LINGER_MS.most, Math.max(LINGER_MS.least, tookMs)), signal)
      for (const event of this.#inbox.take(BATCH_MAX)) this.#take(event)
      if (this.#ended && !this.#ended.error) this.#closeWindows(this.#ended.toMs)
      else this.#advance()
      this.#lookAtGaps()
      if (clock.now() - askedAt >= PARTITIONS_MS) {
        askedAt = clock.now()
        void this.#askPartitions(writer)
      }
      const startedAt = clock.now()
      const batch = await writer.write([...this.#books.values()])
      for (const book of this.#books.values()) book.committed()
      wrote()
      tookMs = clock.now() - startedAt
      observe({ type: 'written', ms: tookMs, ...batch })
    } while (!this.#ended && !signal.aborted)
  }

  #lookAtGaps(): void {
    this.#filler.look([...this.#books.values()])
    const { lost, held } = this.status()
    if (held > HELD_MAX) this.#shed(held - HELD_MAX)
    const told = this.#recovery.look(this.#o.clock.now(), lost, held)
    if (told) this.#o.observe(told)
  }

  /** Those that hold back the most let go of their oldest: the history has them. */
  #shed(count: number): void {
    let left = count
    for (const book of [...this.#books.values()].sort((a, b) => b.held - a.held)) {
      if (left <= 0) return
      const some = Math.min(left, Math.ceil(book.held / 2))
      book.shed(some)
      left -= some
    }
  }

  /** Growth that cannot be asked about now is noticed the next time. The readers have some time to take it up first. */
  async #askPartitions(writer: Writer): Promise<void> {
    const { log, topics, clock, observe } = this.#o
    const counts = await log.topics.partitions([topics.trades]).catch(() => undefined)
    const partitions = counts?.get(topics.trades) ?? 0
    await clock.sleep(TAKE_UP_MS, this.#stopped.signal)
    if (writer.grown(partitions)) observe({ type: 'grown', partitions })
  }

  #take(event: InboxEvent): void {
    switch (event.type) {
      case 'ended':
        this.#ended = event
        return
      case 'history':
      case 'history-failed':
        if (event.type === 'history') this.#unknown.delete(event.pair)
        else if (event.error instanceof UnknownPair) this.#unknown.set(event.pair, event.error.message)
        this.#filler.answered(this.#book(event.pair), event)
        return
      case 'disconnected':
        this.#hearing.lost(event.connection)
        for (const pair of event.pairs) this.#book(pair).lost()
        break
      case 'message':
        this.#hear(event)
        break
    }
    this.#o.observe(event)
  }

  #hear({ connection, message, at }: FeedEvent & { type: 'message' }): void {
    this.#hearing.heard(connection, at, message, this.#exchangeClock.now(at))
    if (message.type === 'alive' && message.exchange_ms !== null) this.#exchangeClock.told(message.exchange_ms, at)
    if (message.type === 'refused' && message.pair !== null) this.#refused.set(message.pair, message.error)
    if (message.type === 'subscribed') this.#subscribed(message.pair, connection, message.exchange_ms, at)
    if (message.type === 'trades') this.#offer(message.trades, connection, at)
    if (message.type === 'missed') for (const pair of message.pairs) this.#missed(pair, at)
  }

  /** What the lost message held is looked for as after a lost connection. */
  #missed(pair: string, at: number): void {
    const book = this.#book(pair)
    book.lost()
    book.subscribed(this.#nowMs(at))
  }

  /** The exchange's time, or ours before it has told any. */
  #nowMs(at: number): number {
    return Math.floor(this.#exchangeClock.now(at) ?? this.#o.clock.wall())
  }

  #subscribed(pair: string, connection: number, exchangeMs: number | null, at: number): void {
    if (exchangeMs !== null) this.#exchangeClock.told(exchangeMs, at)
    const book = this.#book(pair)
    this.#refused.delete(pair)
    this.#connections.set(pair, connection)
    const nowMs = exchangeMs ?? this.#nowMs(at)
    book.subscribed(nowMs)
    if (this.#o.historyMs > 0) book.beginWithHistory(nowMs - this.#o.historyMs)
  }

  #offer(trades: readonly ExchangeTrade[], connection: number, at: number): void {
    const byPair = Map.groupBy(trades, trade => trade.pair)
    let duplicates = 0
    for (const [pair, own] of byPair) {
      this.#connections.set(pair, connection)
      duplicates += this.#book(pair).offer(own)
    }
    for (const { timestamp_ms } of trades) this.#exchangeClock.traded(timestamp_ms, at)
    if (duplicates > 0) this.#o.observe({ type: 'duplicates', count: duplicates })
  }

  /** What a live connection has not told until now, a grace after a window's end, belongs to a later window. */
  #advance(): void {
    for (const [pair, connection] of this.#connections) {
      const until = this.#hearing.until(connection)
      const now = until === undefined ? undefined : this.#exchangeClock.now(until)
      if (now !== undefined) this.#book(pair).advance(windowStart(Math.floor(now - this.#o.graceMs), this.#o.baseMs))
    }
  }

  /** All windows close up to where the source ends, or else up to that of the very last trade. */
  #closeWindows(toMs: number | undefined): void {
    const { baseMs } = this.#o
    this.#filler.look([...this.#books.values()])
    const last = Math.max(...[...this.#books.values()].map(book => book.last.last_timestamp_ms ?? 0))
    const end = toMs === undefined ? windowStart(last, baseMs) + baseMs : windowStart(toMs, baseMs)
    for (const book of this.#books.values()) book.advance(end)
  }

  #book(pair: string): PairBook {
    const known = this.#books.get(pair)
    if (known) return known
    const book = new PairBook(pair)
    if (this.#o.fromMs !== undefined) book.beginsAt(this.#o.fromMs)
    this.#books.set(pair, book)
    return book
  }
}

/** The recorded trades ended too early. */
class SourceFailed extends Error {
  constructor(cause: unknown) {
    super(`Replay failed: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}

function names(pairs: readonly string[]): string {
  const more = pairs.length > PAIRS_NAMED ? ` and ${pairs.length - PAIRS_NAMED} more` : ''
  return pairs.slice(0, PAIRS_NAMED).join(', ') + more
}

const weightOf = (event: InboxEvent): number =>
  event.type === 'message' && event.message.type === 'trades' ? Math.max(1, event.message.trades.length) : 1
