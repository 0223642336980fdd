import { closeSync, openSync, readSync, writeSync } from 'node:fs'
import { type Column, encodeRow, type Row, widthOf } from '@candlewick/dataset'
import { columnsOfFile } from './staged-columns.ts'

const DAY_MS = 86_400_000
const DOUBLE_BYTES = 8
/** Number of rows that are gathered in memory before they are written, by series. */
const BUFFER_BYTES = 16 << 20

/** Adjacent rows of one pair, interval and day in a stage's file. */
export interface Run {
  readonly pair: string
  readonly interval: string
  /** Days since 1970. */
  readonly day: number
  /** The first row's place in the file, in rows. */
  readonly at: number
  rows: number
}

export interface StagedFile {
  readonly path: string
  readonly runs: readonly Run[]
}

interface Series {
  readonly pair: string
  readonly interval: string
  /** Positions of the series' rows in the buffer. */
  readonly places: number[]
}

/**
 * Rows on their way to the dataset. They arrive in the order of the trades, but a file of the dataset needs all pairs of a
 * day. Rows are therefore written to a file of the stage as they arrive, and found again by day. Only a buffer of fixed size is in
 * memory, for any number of rows, pairs and days.
 */
export class Stage {
  readonly #path: string
  /** The columns of a row that {@link Stage.push} takes. */
  readonly #columns: readonly Column[]
  readonly #width: number
  readonly #fd: number
  readonly #numbers: Float64Array
  /** The buffered rows by series. */
  readonly #sorted: Float64Array
  readonly #capacity: number
  readonly #series = new Map<string, Map<string, Series>>()
  readonly #runs: Run[] = []
  #buffered = 0
  #written = 0

  constructor(path: string, columns: readonly Column[]) {
    this.#path = path
    this.#columns = columnsOfFile('features', columns)
    this.#width = widthOf(columns)
    this.#capacity = Math.max(1, Math.floor(BUFFER_BYTES / (this.#width * DOUBLE_BYTES)))
    this.#numbers = new Float64Array(this.#capacity * this.#width)
    this.#sorted = new Float64Array(this.#capacity * this.#width)
    this.#fd = openSync(path, 'w')
  }

  push(pair: string, row: Row, isCandleComplete: boolean): void {
    if (this.#buffered === this.#capacity) this.#flush()
    const place = this.#buffered++
    encodeRow(this.#columns, row, this.#numbers, place * this.#width)
    this.#numbers[(place + 1) * this.#width - 1] = Number(isCandleComplete)
    this.#seriesOf(pair, row.interval as string).places.push(place)
  }

  /** @returns the runs in the file, in the order of time within a pair and interval. */
  finish(): StagedFile {
    this.#flush()
    closeSync(this.#fd)
    return { path: this.#path, runs: this.#runs }
  }

  #seriesOf(pair: string, interval: string): Series {
    const ofPair = this.#series.get(pair) ?? new Map<string, Series>()
    const series = ofPair.get(interval) ?? { pair, interval, places: [] }
    if (series.places.length === 0) this.#series.set(pair, ofPair.set(interval, series))
    return series
  }

  #flush(): void {
    const width = this.#width
    const sorted = this.#sorted
    let count = 0
    for (const ofPair of this.#series.values())
      for (const series of ofPair.values()) {
        let run: Run | undefined
        for (const place of series.places) {
          sorted.set(this.#numbers.subarray(place * width, (place + 1) * width), count * width)
          const day = dayOf(sorted[count * width]!)
          if (run?.day !== day) {
            run = { pair: series.pair, interval: series.interval, day, at: this.#written + count, rows: 0 }
            this.#runs.push(run)
          }
          run.rows++
          count++
        }
        series.places.length = 0
      }
    const bytes = Buffer.from(sorted.buffer, 0, count * width * DOUBLE_BYTES)
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at)
    this.#written += count
    this.#buffered = 0
  }
}

/** @param openMs the row's first number */
const dayOf = (openMs: number): number => Math.floor(openMs / DAY_MS)

/** @returns the UTC midnight at which a day begins, Unix ms. */
export const dayMs = (day: number): number => day * DAY_MS

/** Reads runs of staged files. */
export class StageReader {
  readonly #width: number
  readonly #fds = new Map<string, number>()
  #numbers = new Float64Array(0)

  constructor(columns: readonly Column[]) {
    this.#width = widthOf(columns)
  }

  /** @returns the rows from `first` on, `count` of them, one after the other; valid until the next call. */
  read({ path, at }: Run & { readonly path: string }, first: number, count: number): Float64Array {
    const fd = this.#fds.get(path) ?? openSync(path, 'r')
    this.#fds.set(path, fd)
    if (this.#numbers.length < count * this.#width) this.#numbers = new Float64Array(count * this.#width)
    const bytes = Buffer.from(this.#numbers.buffer, 0, count * this.#width * DOUBLE_BYTES)
    const position = (at + first) * this.#width * DOUBLE_BYTES
    for (let read = 0; read < bytes.length; ) {
      const got = readSync(fd, bytes, read, bytes.length - read, position + read)
      if (got === 0) throw new Error(`${path} ends too early: the disk lost what was written to it`)
      read += got
    }
    return this.#numbers
  }

  close(): void {
    for (const fd of this.#fds.values()) closeSync(fd)
  }
}
