import type { ExchangeTrade, TradeBatch } from '@candlewick/exchanges'
import type { GapEntry } from '../gap-entry.ts'
import type { Written } from '../trade-sequencer.ts'

/** Rows of a batch that are adjacent in the pair's log. */
export interface RowsEntry {
  readonly type: 'rows'
  readonly batch: TradeBatch
  readonly rows: number[]
}

type RecordedEntry = RowsEntry | GapEntry | { readonly type: 'watermark'; readonly watermark_ms: number }

/** Whether a row will be written, will be written although its window is closed, or is already in the log. */
export type Outcome = 'written' | 'late' | 'known'

/**
 * One pair of a recording. Its trades arrive in the order of their ids, each of them once. A missing id is a gap, unless the
 * file has an impossible trade with this id. Pure; `entries` are waiting to be written.
 */
export class RecordedPair {
  readonly pair: string
  /** Recordings have no candles from the exchange. */
  readonly seeds = []
  readonly #windowStart: (ms: number) => number
  readonly #fromMs: number | undefined
  /** Ids of impossible trades. */
  readonly #skipped = new Set<number>()
  #lastId: number | null = null
  #lastMs: number | null = null
  #watermarkMs: number | null = null
  /** Start of the open window, Unix ms: trades before it are late. */
  #openMs = 0
  /** Whether trades may be missing behind the last one. */
  #lacksEnd = false
  /** Whether trades may be missing before the first one. */
  #lacksStart = false
  #entries: RecordedEntry[] = []
  #rows: RowsEntry | undefined

  /**
   * @param windowStart returns the start of the shortest candle's window that contains a time, Unix ms
   * @param fromMs the time from which the recording has all trades, Unix ms; undefined: from its first trade on
   */
  constructor(pair: string, windowStart: (ms: number) => number, fromMs: number | undefined) {
    this.pair = pair
    this.#windowStart = windowStart
    this.#fromMs = fromMs
  }

  get last(): Written {
    return { last_trade_id: this.#lastId, last_timestamp_ms: this.#lastMs, watermark_ms: this.#watermarkMs }
  }

  get entries(): readonly RecordedEntry[] {
    return this.#entries
  }

  /** @returns Unix ms from which on the pair's series is complete; other trades of the first one's millisecond may precede it. */
  completeFrom({ timestamp_ms }: Pick<ExchangeTrade, 'timestamp_ms'>): number {
    return this.#lacksStart ? timestamp_ms + 1 : (this.#fromMs ?? timestamp_ms + 1)
  }

  /** Sets the state to the log's. */
  restore({ last_trade_id, last_timestamp_ms, watermark_ms }: Written): void {
    this.#lastId = last_trade_id
    this.#lastMs = last_timestamp_ms
    this.#watermarkMs = watermark_ms
    this.#openMs = this.#windowStart(Math.max(last_timestamp_ms ?? 0, watermark_ms ?? 0))
    this.committed()
  }

  /** Drops the entries, which are in the log now. */
  committed(): void {
    this.#entries = []
    this.#rows = undefined
  }

  /** Notes that the exchange has a trade with this id and impossible values. */
  skip(id: number): void {
    if (this.#lastId === null || id > this.#lastId) this.#skipped.add(id)
  }

  /** Notes that a row before the first trade could not be read: it may have been a trade of the same window. */
  loseBefore(): void {
    this.#lacksStart = true
  }

  /** Notes that a row behind the last trade could not be read. It may have been a trade of any time up to the end. */
  lose(): void {
    this.#lacksEnd = true
  }

  offer(batch: TradeBatch, row: number): Outcome {
    const id = batch.ids[row]!
    const ms = batch.times[row]!
    const last = this.#lastId
    if (last !== null && id <= last) return 'known'
    if (last !== null && id > last + 1) this.#jump(last, id, ms)
    if (this.#rows?.batch === batch) this.#rows.rows.push(row)
    else {
      this.#rows = { type: 'rows', batch, rows: [row] }
      this.#entries.push(this.#rows)
    }
    this.#lastId = id
    this.#lastMs = ms
    const openMs = this.#windowStart(ms)
    if (openMs < this.#openMs) return 'late'
    this.#openMs = openMs
    return 'written'
  }

  /** Promises that no trade before the time follows, unless a trade or a watermark has already done so. */
  advance(watermarkMs: number): void {
    if (this.#lastId === null || watermarkMs <= (this.#lastMs ?? 0) || watermarkMs <= (this.#watermarkMs ?? 0)) return
    if (this.#lacksEnd) this.#entries.push({ type: 'gap', from_ms: this.#lastMs ?? 0, to_ms: watermarkMs, trades: 1 })
    this.#entries.push({ type: 'watermark', watermark_ms: watermarkMs })
    this.#watermarkMs = watermarkMs
  }

  #jump(last: number, id: number, ms: number): void {
    let known = 0
    for (const skipped of this.#skipped)
      if (skipped < id) {
        if (skipped > last) known++
        this.#skipped.delete(skipped)
      }
    const trades = id - last - 1 - known
    if (trades === 0) return
    const lastMs = this.#lastMs ?? ms
    this.#entries.push({ type: 'gap', from_ms: Math.min(lastMs, ms), to_ms: Math.max(lastMs, ms) + 1, trades })
    this.#rows = undefined
  }
}
