import type { Column } from './columns.ts'
import type { ByteSink, RowFile } from './row-file.ts'
import { decodeRow, type Row, type Rows } from './rows.ts'

/** The line of a row, with exactly the bytes of the topic's record. */
export const ndjsonLine = (_columns: readonly Column[], row: Row): string => `${JSON.stringify(row)}\n`

/** The names of the fields, in the order of {@link csvLine}. */
export const csvHeader = (columns: readonly Column[]): string =>
  `${[columns[0]!.name, 'interval', ...columns.slice(1).map(({ name }) => name)].join(',')}\n`

/** RFC 4180 with newlines as line ends. A null or absent value is empty, and numbers are written as in JSON. */
export const csvLine = (columns: readonly Column[], row: Row): string =>
  `${[row[columns[0]!.name], row.interval, ...columns.slice(1).map(({ name }) => row[name])].map(cell).join(',')}\n`

function cell(value: unknown): string {
  if (value === null || value === undefined || (typeof value === 'number' && !Number.isFinite(value))) return ''
  const text = String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Rows as lines of text. */
export class TextFile implements RowFile {
  readonly #columns: readonly Column[]
  readonly #interval: string
  readonly #sink: ByteSink
  readonly #line: (columns: readonly Column[], row: Row) => string

  /** @param line {@link ndjsonLine} or {@link csvLine} */
  constructor(
    columns: readonly Column[],
    interval: string,
    sink: ByteSink,
    line: (columns: readonly Column[], row: Row) => string,
  ) {
    this.#columns = columns
    this.#interval = interval
    this.#sink = sink
    this.#line = line
    if (line === csvLine) sink.append(Buffer.from(csvHeader(columns)))
  }

  write(rows: Rows): void {
    let text = ''
    for (let i = 0; i < rows.length; i++)
      text += this.#line(this.#columns, decodeRow(this.#columns, rows, i, this.#interval))
    this.#sink.append(Buffer.from(text))
  }

  finish(): void {}
}
