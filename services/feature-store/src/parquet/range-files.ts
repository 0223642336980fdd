import { type Column, encodeRow, Rows, rowFile, widthOf } from '@candlewick/dataset'
import { indicatorsOf, inOrder, type RowKind } from '../kind.ts'
import type { StoredRow } from '../row.ts'
import type { Source } from '../store.ts'
import type { FileRange } from './file-range.ts'

/** When the broker appended the row. A training set `as of` a time needs this. */
const PUBLISHED: Column = { name: 'published_ms', type: 'time', isNullable: false }

/** Offsets in names are padded to the length of the largest offset, so that names sort like offsets. */
const OFFSET_DIGITS = 16
const RANGE = new RegExp(`^(.+)(?:-\\d{${OFFSET_DIGITS}}){2}\\.parquet$`)

export interface RangeFile {
  /** Path relative to the dataset's folder. */
  readonly path: string
  readonly bytes: Buffer
}

/** @returns the name of a range's files in every folder: `TOPIC-PARTITION-FIRST-END.parquet`. */
export function fileName({ topic, partition }: Source, { first, end }: Pick<FileRange, 'first' | 'end'>): string {
  const [from, to] = [first, end].map(offset => String(offset).padStart(OFFSET_DIGITS, '0'))
  return `${topic}-${partition}-${from}-${to}.parquet`
}

/** @returns whether the name is the {@link fileName} of a range of the partition. */
export const isRangeOf = ({ topic, partition }: Source, name: string): boolean =>
  RANGE.exec(name)?.[1] === `${topic}-${partition}`

/** @returns the files of a range, one for each folder, in the order of their paths. Equal rows give equal files. */
export function* rangeFiles(source: Source, kind: RowKind, range: FileRange): Generator<RangeFile> {
  const columns = [...kind.columns(indicatorsOf(kind, range.rows)), PUBLISHED]
  const byFolder = Map.groupBy(range.rows, ({ row }) => kind.folder(row))
  const name = fileName(source, range)
  for (const [folder, rows] of [...byFolder].sort(([a], [b]) => (a < b ? -1 : 1)))
    yield { path: `${folder}/${name}`, bytes: encoded(columns, sorted(kind, rows)) }
}

/** Sorted by pair, time and number of the bar, which readers need. A folder has one interval. */
const sorted = (kind: RowKind, rows: readonly StoredRow[]): StoredRow[] =>
  rows.toSorted(({ row: a }, { row: b }) => (a.pair < b.pair ? -1 : a.pair > b.pair ? 1 : inOrder(kind, a, b)))

function encoded(columns: readonly Column[], rows: readonly StoredRow[]): Buffer {
  const encodedRows = new Rows(columns, rows.length)
  const numbers = new Float64Array(widthOf(columns))
  for (const { row, publishedMs } of rows) {
    encodeRow(columns, { ...row, [PUBLISHED.name]: publishedMs }, numbers, 0)
    encodedRows.push(row.pair, numbers, 0)
  }
  const pieces: Buffer[] = []
  // Copies the bytes, because the writer reuses its memory.
  const file = rowFile('parquet', columns, '', { append: bytes => void pieces.push(Buffer.from(bytes)) })
  file.write(encodedRows)
  file.finish()
  return Buffer.concat(pieces)
}
