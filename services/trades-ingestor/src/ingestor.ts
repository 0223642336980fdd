import {
  type Backoff,
  BoundedQueue,
  backoffMs,
  type Clock,
  type ExchangeTrade,
  type FeedEvent,
  type History,
  type Ohlc,
  type RejectedTrade,
} from '@candlewick/exchanges'
import { StateRefused, TAKE_UP_MS } from '@candlewick/streams'
import { type BeginningEvent, Beginnings } from './beginnings.ts'
import { type GapEvent, GapFiller, type HistoryEvent } from './gap-filler.ts'
import type { Offered } from './offered.ts'
import { Refused } from './owner.ts'
import { type Recovered, type Recovering, Recovery } from './recovery.ts'
import { someOf } from './some-pairs.ts'
import { type SequencersOptions, TradeSequencers } from './trade-sequencers.ts'
import { type Batch, Writer, type WriterOptions } from './writer.ts'

/** A feed of an exchange. Its events go to the ingestor's inbox. */
export interface Source {
  start(emit: (event: FeedEvent) => void): void
  pause(): void
  resume(): void
  stop(): Promise<void>
}

/** An event for logs and metrics. */
export type IngestorEvent =
  | FeedEvent
  | BeginningEvent
  | GapEvent
  | Recovering
  | Recovered
  | ({ readonly type: 'written'; readonly ms: number } & Batch)
  | { readonly type: 'grown'; readonly partitions: number }
  | { readonly type: 'duplicates'; readonly count: number }
  | { readonly type: 'rejected'; readonly trades: readonly RejectedTrade[] }
  | { readonly type: 'contradicting'; readonly trades: readonly ExchangeTrade[] }
  | { readonly type: 'ahead'; readonly trades: readonly ExchangeTrade[] }
  | { readonly type: 'unbuffered'; readonly byPair: ReadonlyMap<string, number> }
  | { readonly type: 'failed'; readonly error: unknown; readonly retryInMs: number }

/** The state of an ingestor. */
export interface IngestorStatus {
  /** Pairs whose feed is lost or has a gap that is being filled. */
  readonly lost: readonly string[]
  /** Pairs that the exchange does not deliver, with the reason. */
  readonly refused: ReadonlyMap<string, string>
  /** Trades buffered behind gaps. */
  readonly buffered: number
  /** The exchange's time minus ours. */
  readonly clockOffsetMs: number | undefined
}

export interface IngestorOptions extends WriterOptions, SequencersOptions {
  readonly clock: Clock
  readonly pairs: readonly string[]
  readonly source: Source
  readonly history: History | undefined
  /** The exchange's own candles, if it has any. */
  readonly ohlc?: Ohlc | undefined
  /** The intervals of our candles, e.g. `1m`. */
  readonly intervals: readonly string[]
  /** How many candles an interval of a new pair begins with, the exchange's and our own together; 0: no candles of the exchange. */
  readonly seedCandles: number
  observe(event: IngestorEvent): void
}

const INBOX_MAX = 50_000
/** Maximum number of trades of all pairs that are buffered behind gaps; they take about 200 MB. */
const BUFFERED_TRADES_MAX = 300_000
const BATCH_MAX = 20_000
/**
 * Trades that arrive within this time share a transaction. The wait grows with the duration of the last transaction, and
 * is skipped when many trades are waiting already.
 */
const LINGER_MS = { least: 20, most: 250 }
const LINGER_TRADES_MAX = BATCH_MAX / 4
const IDLE_MS = 200
const PARTITIONS_MS = 1000
const BACKOFF: Backoff = { firstMs: 200, maxMs: 10_000 }

type InboxEvent = FeedEvent | HistoryEvent | BeginningEvent

/** Writes the trades of some pairs from the source to the log, each once and in order, through crashes and outages. */
export class Ingestor {
  readonly #o: IngestorOptions
  readonly #sequencers: TradeSequencers
  readonly #inbox: BoundedQueue<InboxEvent>
  readonly #filler: GapFiller
  readonly #beginnings: Beginnings
  readonly #recovery = new Recovery()
  readonly #stopped = new AbortController()
  #writing: string | undefined = 'not yet connected'
  #running: Promise<void> = Promise.resolve()

  constructor(options: IngestorOptions) {
    this.#o = options
    this.#sequencers = new TradeSequencers(options)
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
    this.#beginnings = new Beginnings({
      ...options,
      signal: this.#stopped.signal,
      deliver: event => this.#inbox.push(event),
    })
  }

  /** Runs until it is stopped. @throws Refused, StateRefused when the pairs or cursors belong to another ingestor */
  run(): Promise<void> {
    this.#running = this.#run()
    return this.#running
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running.catch(() => {})
  }

  status(): IngestorStatus {
    const { lost, refused, buffered, clockOffsetMs } = this.#sequencers
    return { lost, refused, buffered, clockOffsetMs }
  }

  /** @returns why the ingestor is not ready; undefined when it is. */
  ready(): string | undefined {
    if (this.#writing) return this.#writing
    const { lost, refused } = this.status()
    if (lost.length > 0) return `the feed is lost or a gap is being filled: ${someOf(lost)}`
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
          const writer = await Writer.open(
            { ...this.#o, pairs: this.#sequencers.all.map(({ pair }) => pair) },
            resuming,
          )
          resuming = true
          for (const sequencer of this.#sequencers.all) sequencer.restore(writer.written(sequencer.pair))
          this.#writing = undefined
          await this.#pump(writer, () => {
            failures = 0
          })
          await writer.close()
          finished = true
        } catch (error) {
          if (error instanceof Refused || error instanceof StateRefused) throw error
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
      this.#lookAtGaps()
      this.#sequencers.advance()
      if (clock.now() - askedAt >= PARTITIONS_MS) {
        askedAt = clock.now()
        void this.#askPartitions(writer)
      }
      const startedAt = clock.now()
      const batch = await writer.write(this.#sequencers.all)
      for (const sequencer of this.#sequencers.all) sequencer.committed()
      wrote()
      tookMs = clock.now() - startedAt
      observe({ type: 'written', ms: tookMs, ...batch })
    } while (!signal.aborted)
  }

  #lookAtGaps(): void {
    const now = this.#o.clock.now()
    this.#beginnings.look(this.#sequencers.all, this.#sequencers.nowMs(now))
    this.#filler.look(this.#sequencers.all)
    const { lost, buffered, histories } = this.#sequencers
    if (buffered > BUFFERED_TRADES_MAX)
      this.#o.observe({ type: 'unbuffered', byPair: this.#sequencers.dropBuffered(buffered - BUFFERED_TRADES_MAX) })
    const progress = this.#o.history && this.#recovery.look(now, lost, buffered, histories)
    if (progress) this.#o.observe(progress)
  }

  /** Looks for added partitions. The next call repeats a failed request. New partitions are used only after their readers have noticed them. */
  async #askPartitions(writer: Writer): Promise<void> {
    const { log, topics, clock, observe } = this.#o
    const counts = await log.topics.partitions([topics.trades]).catch(() => undefined)
    const partitions = counts?.get(topics.trades) ?? 0
    await clock.sleep(TAKE_UP_MS, this.#stopped.signal)
    if (writer.grown(partitions)) observe({ type: 'grown', partitions })
  }

  #take(event: InboxEvent): void {
    if (event.type === 'history' || event.type === 'history-failed') {
      const checked = this.#sequencers.answered(event)
      this.#report(this.#filler.answered(this.#sequencers.get(event.pair), checked))
    } else if (event.type === 'beginning') {
      this.#beginnings.answered(event)
      this.#sequencers.get(event.pair).begin(event)
      this.#o.observe(event)
    } else {
      this.#report(this.#sequencers.receive(event))
      this.#o.observe(event)
    }
  }

  #report({ duplicates, rejected, contradicting = [], ahead = [] }: Offered): void {
    if (duplicates > 0) this.#o.observe({ type: 'duplicates', count: duplicates })
    if (rejected.length > 0) this.#o.observe({ type: 'rejected', trades: rejected })
    if (contradicting.length > 0) this.#o.observe({ type: 'contradicting', trades: contradicting })
    if (ahead.length > 0) this.#o.observe({ type: 'ahead', trades: ahead })
  }
}

const weightOf = (event: InboxEvent): number =>
  event.type === 'message' && event.message.type === 'trades' ? Math.max(1, event.message.trades.length) : 1
