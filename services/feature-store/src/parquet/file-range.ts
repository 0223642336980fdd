import type { StoredRow } from '../row.ts'

/** The rows of the offsets [first, end) of a partition, which share their files. */
export interface FileRange {
  readonly first: number
  readonly end: number
  readonly rows: readonly StoredRow[]
}

/**
 * Cuts a partition into ranges. The end of a range depends only on the end of the previous range and on the log (the broker's
 * timestamps and the number of rows). Every instance that reads the log from a given offset on therefore makes the same ranges
 * and the same files, and writing a file again changes nothing.
 */
export class RangeCutter {
  /** Length of the periods, ms. It may change between two ranges. */
  periodMs: number
  readonly #rowsMax: number
  #rows: StoredRow[] = []
  first: number

  /**
   * @param first where the first range begins
   * @param periodMs a range holds rows that were published in the same period since the Unix epoch
   */
  constructor(first: number, periodMs: number, rowsMax: number) {
    this.first = first
    this.periodMs = periodMs
    this.#rowsMax = rowsMax
  }

  /** @returns the range that ends before the row, if one does. Add rows in the order of their offsets. */
  add(row: StoredRow): FileRange | undefined {
    const oldest = this.#rows[0]
    const isOver =
      oldest !== undefined && (this.#period(oldest) !== this.#period(row) || this.#rows.length >= this.#rowsMax)
    const range = isOver ? { first: this.first, end: row.offset, rows: this.#rows } : undefined
    if (range) {
      this.first = range.end
      this.#rows = []
    }
    this.#rows.push(row)
    return range
  }

  #period({ publishedMs }: StoredRow): number {
    return Math.floor(publishedMs / this.periodMs)
  }
}
