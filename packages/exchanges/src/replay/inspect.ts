import type { TradeBatch } from './trade-batch.ts'

/** A place in a file where a trade is out of order. */
export interface Disorder {
  readonly line: number
  readonly text: string
  /** Whether the trade belongs to a window that an earlier row has closed. Otherwise only the order within a window is wrong. */
  readonly isLate: boolean
}

/** The trades of one pair in one file. */
export interface Span {
  readonly file: string
  readonly pair: string
  readonly isNumbered: boolean
  count: number
  /** Rows whose id or time is below the previous one. When more than half are, the file is newest first. */
  descents: number
  minId: number
  maxId: number
  lastId: number
  minTimeMs: number
  maxTimeMs: number
  lastTimeMs: number
  /** The first place out of order; undefined when the trades are in order. */
  disorder: Disorder | undefined
}

const time = (ms: number): string => new Date(ms).toISOString()

/**
 * Checks the order of recorded trades. A pair's trades are in order when their ids increase and no trade belongs to a window
 * that an earlier row has closed. Trades without ids have to be in the order of their times, because their numbers follow the rows.
 */
export class Inspector {
  readonly #windowStart: (ms: number) => number
  readonly #spans = new Map<string, Span[]>()
  #file: string | undefined
  /** Spans of the current file, by the pair's index. */
  #current: Span[] = []

  /** @param windowStart returns the start of the shortest candle's window that contains a time, Unix ms */
  constructor(windowStart: (ms: number) => number) {
    this.#windowStart = windowStart
  }

  /** @returns the spans of the files read so far, by file. */
  get spans(): ReadonlyMap<string, readonly Span[]> {
    return this.#spans
  }

  look(batch: TradeBatch): void {
    if (batch.file !== this.#file || !this.#spans.has(batch.file)) this.#begin(batch)
    for (let row = 0; row < batch.length; row++) {
      const pair = batch.pairs[row]!
      this.#current[pair] ??= this.#open(batch, row)
      this.#add(this.#current[pair], batch, row)
    }
  }

  #begin({ file }: TradeBatch): void {
    this.#file = file
    this.#current = []
    this.#spans.set(file, [])
  }

  #open(batch: TradeBatch, row: number): Span {
    const { file, isNumbered } = batch
    const none = { count: 0, descents: 0, minId: Infinity, maxId: -1, lastId: -1 }
    const noTime = { minTimeMs: Infinity, maxTimeMs: 0, lastTimeMs: 0 }
    const span: Span = { file, pair: batch.pair(row), isNumbered, ...none, ...noTime, disorder: undefined }
    this.#spans.get(file)!.push(span)
    return span
  }

  #add(span: Span, batch: TradeBatch, row: number): void {
    const id = batch.ids[row]!
    const ms = batch.times[row]!
    if (span.count > 0) {
      const isBack = span.isNumbered ? ms < span.lastTimeMs : id <= span.lastId
      if (isBack) span.descents++
      if (id <= span.maxId) span.disorder ??= ids(span, batch, row)
      else if (ms < span.maxTimeMs) this.#addEarlier(span, batch, row)
    }
    span.count++
    span.lastId = id
    span.lastTimeMs = ms
    if (id < span.minId) span.minId = id
    if (id > span.maxId) span.maxId = id
    if (ms < span.minTimeMs) span.minTimeMs = ms
    if (ms > span.maxTimeMs) span.maxTimeMs = ms
  }

  #addEarlier(span: Span, batch: TradeBatch, row: number): void {
    const isLate = batch.times[row]! < this.#windowStart(span.maxTimeMs)
    if (isLate && !span.disorder?.isLate) span.disorder = times(span, batch, row, isLate)
    else if (span.isNumbered) span.disorder ??= times(span, batch, row, isLate)
  }
}

/** @returns whether more of a file's trades go back than forward. */
export const isNewestFirst = ({ descents, count }: Span): boolean => descents > count / 2

function ids(span: Span, batch: TradeBatch, row: number): Disorder {
  const text = `trade ${batch.ids[row]} of ${span.pair} comes after trade ${span.maxId}`
  return { line: batch.lines[row]!, text, isLate: true }
}

function times(span: Span, batch: TradeBatch, row: number, isLate: boolean): Disorder {
  const late = isLate ? ' and would be late for its candle' : ''
  const text = `trade ${batch.ids[row]} of ${span.pair}, ${time(batch.times[row]!)}, comes after one of ${time(span.maxTimeMs)}${late}`
  return { line: batch.lines[row]!, text, isLate }
}
