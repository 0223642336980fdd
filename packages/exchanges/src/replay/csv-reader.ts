import { parse } from 'csv-parse/sync'
import { Malformed } from '../trade.ts'
import { cellsOfRow } from './cells.ts'
import { FastCsv } from './fast-csv.ts'
import type { Column } from './fields.ts'
import { csvLayout, isHeaderAgain, isPreamble, type Layout } from './layouts.ts'
import type { RowSink } from './row-sink.ts'
import type { TradeBatch } from './trade-batch.ts'

const [NEWLINE, RETURN] = [0x0a, 0x0d]

export interface CsvOptions {
  /** Columns as named by the user. */
  readonly columns?: readonly Column[] | undefined
  /** Disables the fast path, for comparisons in tests. */
  readonly isPlain?: boolean | undefined
  onLayout(name: string): void
}

/**
 * Reads CSV with one row a line: quoted cells cannot contain line ends, so that a stray quote costs only its own row.
 * {@link FastCsv} reads plain lines; all other lines are split into cells here.
 */
export class CsvReader {
  readonly #sink: RowSink
  readonly #o: CsvOptions
  #line = 0
  #layout: Layout | undefined
  #header: readonly string[] | undefined
  #fast: FastCsv | undefined

  constructor(sink: RowSink, options: CsvOptions) {
    this.#sink = sink
    this.#o = options
  }

  /**
   * @param block whole lines
   * @throws Malformed for an unknown layout, or if the pair of the rows is unknown
   */
  *read(block: Buffer): Generator<TradeBatch> {
    for (let at = 0; at < block.length; ) {
      if (this.#fast) {
        at = this.#fast.read(block, at, this.#line)
        this.#line = this.#fast.line
      }
      if (this.#sink.batch.isFull) yield this.#sink.take()
      else if (at < block.length) at = this.#readLine(block, at)
    }
  }

  /** Reads a line that is not plain. @returns where the next one begins */
  #readLine(block: Buffer, start: number): number {
    const end = block.indexOf(NEWLINE, start)
    this.#line++
    const text = block.toString('utf8', start, block[end - 1] === RETURN && end > start ? end - 1 : end)
    if (text.trim() !== '') this.#readText(text)
    return end + 1
  }

  #readText(text: string): void {
    const row = this.#cut(text)
    if (!row) return
    if (!this.#layout) {
      if (isPreamble(text)) return
      this.#recognise(row)
      if (this.#header) return
    }
    if (this.#isHeaderAgain(row)) {
      this.#sink.leaveOut(this.#line, 'repeated_header', 'the header again')
      return
    }
    const { columns, time, ids } = this.#layout!
    if (row.length !== columns.length) {
      this.#sink.broken(this.#line, 'bad_columns', `${row.length} columns instead of ${columns.length}`)
      return
    }
    this.#sink.add(cellsOfRow(columns, row), this.#line, time, ids)
    const { isNumbered, session } = this.#sink
    const knowsExchange = !columns.includes('exchange') || session.exchange !== undefined
    if (!this.#fast && !this.#o.isPlain && isNumbered !== undefined && knowsExchange)
      this.#fast = new FastCsv(this.#layout!, this.#sink)
  }

  #isHeaderAgain(row: readonly string[]): boolean {
    try {
      return isHeaderAgain(row, this.#layout!, this.#header)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      throw new Malformed(`${this.#sink.file}, line ${this.#line}: ${error.message}`)
    }
  }

  #recognise(row: readonly string[]): void {
    const { layout, isHeader } = csvLayout(row, this.#o.columns)
    this.#layout = layout
    if (isHeader) this.#header = row
    this.#o.onLayout(layout.name)
  }

  #cut(text: string): readonly string[] | undefined {
    if (!text.includes('"')) return text.split(',').map(cell => cell.trim())
    try {
      const rows: string[][] = parse(text, { relax_column_count: true, relax_quotes: true, trim: true })
      if (rows[0] && rows.length === 1) return rows[0]
    } catch {}
    if (!this.#layout)
      throw new Malformed(`${this.#sink.file}, line ${this.#line}: a quote that is not closed: ${text.slice(0, 100)}`)
    this.#sink.broken(this.#line, 'bad_quotes', `a quote that is not closed: ${text.slice(0, 100)}`)
    return undefined
  }
}
