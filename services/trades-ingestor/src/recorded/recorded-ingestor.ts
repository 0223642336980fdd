import { type Backoff, backoffMs, type TradeBatch } from '@candlewick/exchanges'
import { windowStart } from '@candlewick/market-data'
import { StateRefused, TAKE_UP_MS } from '@candlewick/streams'
import type { IngestorEvent } from '../ingestor.ts'
import { Refused } from '../owner.ts'
import { Writer, type WriterOptions } from '../writer.ts'
import { type Accounted, Accounts, accounted } from './accounts.ts'
import { Pace } from './pace.ts'
import { type Outcome, RecordedPair } from './recorded-pair.ts'
import type { Recording } from './recording.ts'
import { type Compared, compareBefore, refuseTakenOver } from './refuse-contradictions.ts'
import { WantedTimes } from './wanted-times.ts'

export interface RecordedOptions extends WriterOptions {
  readonly recording: Recording
  /** Event time relative to real time; 0: as fast as possible. */
  readonly speed: number
  /** Length of the shortest candle's windows, ms. */
  readonly baseMs: number
  observe(event: IngestorEvent | Accounted): void
}

/** Number of trades after which a transaction is committed. */
const BATCH_TRADES = 20_000
/** Interval of commits while trades arrive slowly; each commit also renews the ownership of the pairs. */
const COMMIT_MS = 500
const PARTITIONS_MS = 1000
const BACKOFF: Backoff = { firstMs: 200, maxMs: 10_000 }

/** The rows [start, end) of a batch. */
interface Part {
  readonly batch: TradeBatch
  readonly start: number
  readonly end: number
}

/** Rows are not accounted for, or contradict the topic; the message names them. */
export class NotAccountedFor extends Error {
  override name = 'NotAccountedFor'
}

/**
 * Writes recorded trades to the topic in batches, and accounts for every row. It is simpler than the live path, because
 * trades arrive in order, gaps cannot be filled, and there are no watermarks before the end.
 */
export class RecordedIngestor {
  readonly #o: RecordedOptions
  #accounts = new Accounts()
  readonly #stopped = new AbortController()
  readonly #pairs = new Map<string, RecordedPair>()
  readonly #pace: Pace
  readonly #times: WantedTimes
  readonly #windowStart: (ms: number) => number
  /** Rows whose transaction is not known to be committed: they are offered again to the next writer. */
  #pending: Part[] = []
  #pendingTrades = 0
  #writer: Writer | undefined
  #state: string | undefined = 'not yet connected'
  #comparedIds: ReadonlyMap<string, number> = new Map()
  #hasWritten = false
  /** Time up to which windows close once all rows are taken, Unix ms; undefined before. */
  #endMs: number | undefined
  #askedAt = 0
  #committedAt = 0
  #running: Promise<void> = Promise.resolve()

  constructor(options: RecordedOptions) {
    this.#o = options
    this.#windowStart = ms => windowStart(ms, options.baseMs)
    this.#pace = new Pace(options.speed, options.clock)
    this.#times = new WantedTimes(options.recording, options.clock)
    for (const pair of options.pairs) this.#pair(pair)
  }

  /**
   * Runs until all rows are written or it is stopped.
   * @throws Refused, StateRefused if it must not write the pairs; NotAccountedFor if rows are lost or contradict the topic;
   *   Malformed if a file cannot be read to its end
   */
  run(): Promise<void> {
    this.#running = this.#run()
    return this.#running
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running.catch(() => {})
  }

  /** @returns why it is not writing now; undefined if it is. */
  ready(): string | undefined {
    return this.#state
  }

  async #run(): Promise<void> {
    const { recording, observe } = this.#o
    let contradiction = await this.#compare()
    if (contradiction === undefined) contradiction = await this.#write(recording)
    this.#countRepeated()
    if (this.#stopped.signal.aborted) return
    const { summary } = this.#accounts
    const ok = summary.ok && contradiction === undefined
    observe(accounted({ ...summary, ok }))
    if (!ok) throw new NotAccountedFor(contradiction ?? 'Rows are not accounted for: see the lines above')
  }

  /** Compares the recording with the topic. @returns why nothing may be written; undefined if it may */
  async #compare(): Promise<Compared['contradiction']> {
    this.#accounts = new Accounts()
    const own = { times: this.#times, accounts: this.#accounts, windowStart: this.#windowStart }
    const { contradiction, lastIds } = await compareBefore({ ...this.#o, ...own })
    this.#comparedIds = lastIds
    return contradiction
  }

  async #write(recording: Recording): Promise<Compared['contradiction']> {
    try {
      // The writer is opened first, because only the cursors show which rows are new.
      await this.#attempt(async () => {})
      // Another run may have written between the comparison and the opening, which fenced it.
      const contradiction = recording.isRepeatable && this.#isBehindTopic() ? await this.#compare() : undefined
      if (contradiction === undefined) await this.#writeAll(recording)
      return contradiction
    } finally {
      await this.#writer?.close().catch(() => {})
    }
  }

  /** @returns whether the topic has trades that the recording has not been compared with. */
  #isBehindTopic(): boolean {
    const comparedId = (pair: string) => this.#comparedIds.get(pair) ?? -1
    return [...this.#pairs.values()].some(({ pair, last }) => (last.last_trade_id ?? -1) > comparedId(pair))
  }

  #countRepeated(): void {
    for (const [pair, count] of this.#o.recording.repeated ?? []) {
      this.#accounts.of(pair).read += count
      this.#accounts.of(pair).already_there.same += count
    }
  }

  async #writeAll({ batches, toMs }: Recording): Promise<void> {
    const { signal } = this.#stopped
    const iterator = batches(row => this.#accounts.leaveOut(row))[Symbol.asyncIterator]()
    try {
      for (let batch = await this.#next(iterator); batch; batch = await this.#next(iterator)) {
        for (const pair of batch.lost) this.#pair(pair).lose()
        for (const pair of batch.lostBefore) this.#pair(pair).loseBefore()
        for (let row = 0; row < batch.length && !signal.aborted; ) row = await this.#take(batch, row)
        if (signal.aborted) break
        if (this.#pendingTrades >= BATCH_TRADES || this.#isDue()) await this.#commit()
      }
    } finally {
      await iterator.return?.()
    }
    if (!signal.aborted) this.#close(toMs)
    await this.#commit()
  }

  #isDue(): boolean {
    return this.#o.clock.now() - this.#committedAt >= COMMIT_MS
  }

  /** Waits for the next batch; meanwhile commits pending rows and renews the ownership of the pairs. */
  async #next(iterator: AsyncIterator<TradeBatch>): Promise<TradeBatch | undefined> {
    const next = iterator.next()
    // The race below handles an error, but it may have ended for a commit.
    next.catch(() => {})
    for (;;) {
      const waiting = new AbortController()
      const late = this.#o.clock.sleep(COMMIT_MS, waiting.signal).then(() => undefined)
      const result = await Promise.race([next, late])
      waiting.abort()
      if (result) return result.done ? undefined : result.value
      await this.#commit()
    }
  }

  /** Takes the rows that are due, and commits them before it waits for the next ones. @returns the first row not taken */
  async #take(batch: TradeBatch, start: number): Promise<number> {
    const end = this.#pace.due(batch, start)
    const part = { batch, start, end }
    this.#pending.push(part)
    this.#pendingTrades += end - start
    this.#offer(part, true)
    if (end === batch.length) return end
    await this.#commit()
    await this.#pace.wait(batch, end, this.#stopped.signal)
    return end
  }

  /** @param isNew false when the rows were offered and counted before */
  #offer({ batch, start, end }: Part, isNew: boolean): void {
    for (const { pair, trade_id } of batch.skipped) this.#pair(pair).skip(trade_id)
    for (let row = start; row < end; row++) {
      const pair = this.#pair(batch.pair(row))
      if (!this.#times.has(batch.times[row]!)) {
        if (isNew) this.#times.leaveOut(batch, row, this.#accounts)
        continue
      }
      const outcome = pair.offer(batch, row)
      if (isNew) this.#count(pair.pair, batch.ids[row]!, outcome)
    }
  }

  #count(pair: string, id: number, outcome: Outcome): void {
    const account = this.#accounts.of(pair)
    account.read++
    // These are rows of an exchange's history, or rows that another run has written since the comparison.
    const isCompared = id <= (this.#comparedIds.get(pair) ?? -1)
    if (outcome === 'known' && !isCompared) account.already_there.not_compared++
    if (outcome !== 'known') account.written++
    if (outcome === 'late') account.late++
  }

  /** Closes all windows up to the recording's end, or up to the window of the last trade if the end is unknown. */
  #close(toMs: number | undefined): void {
    const pairs = [...this.#pairs.values()]
    const lastMs = Math.max(...pairs.map(({ last }) => last.last_timestamp_ms ?? 0))
    this.#endMs = toMs === undefined ? this.#windowStart(lastMs) + this.#o.baseMs : this.#windowStart(toMs)
    for (const pair of pairs) pair.advance(this.#endMs)
  }

  async #commit(): Promise<void> {
    const pairs = [...this.#pairs.values()]
    await this.#attempt(async writer => {
      const { clock, observe } = this.#o
      const startedAt = clock.now()
      void this.#askPartitions(writer, startedAt)
      const batch = await writer.write(pairs)
      for (const { pair, entries } of pairs)
        for (const entry of entries) if (entry.type === 'gap') observe({ type: 'gap-unfillable', pair, gap: entry })
      for (const pair of pairs) pair.committed()
      observe({ type: 'written', ms: clock.now() - startedAt, ...batch })
    })
    this.#pending = []
    this.#pendingTrades = 0
    this.#committedAt = this.#o.clock.now()
  }

  /** Retries a step, with another writer after an error, because the outcome of the transaction is unknown. */
  async #attempt(step: (writer: Writer) => Promise<void>): Promise<void> {
    const { clock, observe } = this.#o
    const { signal } = this.#stopped
    for (let failures = 0; ; failures++) {
      try {
        this.#writer ??= await this.#open()
        await step(this.#writer)
        return
      } catch (error) {
        // The writer's cursors may be older than the log. A close would write them, so the writer is not closed.
        this.#writer = undefined
        if (error instanceof Refused || error instanceof StateRefused || signal.aborted) throw error
        const retryInMs = backoffMs(BACKOFF, failures)
        this.#state = `cannot write: ${error instanceof Error ? error.message : error}`
        observe({ type: 'failed', error, retryInMs })
        await clock.sleep(retryInMs, signal)
      }
    }
  }

  async #open(): Promise<Writer> {
    const writer = await Writer.open({ ...this.#o, pairs: [...this.#pairs.keys()] }, this.#hasWritten)
    if (this.#hasWritten && this.#o.recording.isRepeatable) refuseTakenOver(writer, this.#o)
    this.#hasWritten = true
    for (const pair of this.#pairs.values()) pair.restore(writer.written(pair.pair))
    for (const part of this.#pending) this.#offer(part, false)
    // Without this, the last windows would stay open if the last write fails.
    if (this.#endMs !== undefined) for (const pair of this.#pairs.values()) pair.advance(this.#endMs)
    this.#state = undefined
    return writer
  }

  /** Looks for added partitions; the next call repeats a failed look-up. New partitions are used TAKE_UP_MS later, when readers have found them. */
  async #askPartitions(writer: Writer, now: number): Promise<void> {
    if (now - this.#askedAt < PARTITIONS_MS) return
    this.#askedAt = now
    const { log, topics, clock, observe } = this.#o
    const counts = await log.topics.partitions([topics.trades]).catch(() => undefined)
    const partitions = counts?.get(topics.trades) ?? 0
    await clock.sleep(TAKE_UP_MS, this.#stopped.signal)
    if (writer.grown(partitions)) observe({ type: 'grown', partitions })
  }

  #pair(pair: string): RecordedPair {
    const known = this.#pairs.get(pair)
    if (known) return known
    const added = new RecordedPair(pair, this.#windowStart, this.#o.recording.fromMs)
    if (this.#writer) added.restore(this.#writer.written(pair))
    this.#pairs.set(pair, added)
    return added
  }
}
