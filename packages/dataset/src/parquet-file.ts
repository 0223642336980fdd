import { zstdCompressSync } from 'node:zlib'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { writeColumn } from 'hyparquet-writer/src/column.js'
import type { Column } from './columns.ts'
import { type ColumnChunk, writeNumbers } from './number-chunk.ts'
import type { ByteSink, RowFile } from './row-file.ts'
import { type Rows, textOf } from './rows.ts'

type Options = ConstructorParameters<typeof ParquetWriter>[0]
type SchemaElement = Options['schema'][number]

/**
 * Writes rows as Parquet, compressed with zstd. Times are UTC milliseconds, ids and counts INT64, prices, sums and indicators
 * DOUBLE, and the pair is dictionary-encoded. Each call of {@link write} writes one row group; no other rows are in memory.
 *
 * It uses `hyparquet-writer` and Node's own zstd; README.md compares the alternatives. Doubles are PLAIN, because Spark's
 * vectorised reader does not know BYTE_STREAM_SPLIT, which would make the files a quarter smaller.
 */
export class ParquetFile implements RowFile {
  readonly #columns: readonly Column[]
  readonly #sink: ByteSink
  readonly #bytes = new ByteWriter()
  readonly #writer: ParquetWriter

  constructor(columns: readonly Column[], sink: ByteSink) {
    this.#columns = columns
    this.#sink = sink
    this.#writer = new ParquetWriter({
      writer: this.#bytes,
      schema: [{ name: 'root', num_children: columns.length }, ...columns.map(schemaElement)],
      codec: 'ZSTD',
      compressors: COMPRESSORS,
      createdBy: 'candlewick',
    })
  }

  write(rows: Rows): void {
    if (rows.length === 0) return
    const start = this.#bytes.offset
    const columns = this.#columns.map((column, i) => this.#chunk(column, rows, i))
    const num_rows = BigInt(rows.length)
    this.#writer.num_rows += num_rows
    this.#writer.row_groups.push({
      columns,
      total_byte_size: columns.reduce((sum, { meta_data }) => sum + meta_data!.total_uncompressed_size, 0n),
      num_rows,
      total_compressed_size: BigInt(this.#bytes.offset - start),
    })
    this.#drain()
  }

  finish(): void {
    void this.#writer.finish()
    this.#drain()
  }

  #chunk(column: Column, { pairs, values, length }: Rows, i: number): ColumnChunk {
    const { type } = column
    if (type === 'text') return this.#library(column, i, pairs)
    const numbers = values[i - 1]!.subarray(0, length)
    if (type === 'source' || type === 'side')
      return this.#library(
        column,
        i,
        Array.from(numbers, n => textOf(type, n)),
      )
    if (type === 'boolean')
      return this.#library(
        column,
        i,
        Array.from(numbers, n => n === 1),
      )
    return writeNumbers(column, numbers, { file: this.#bytes, compress })
  }

  /** Writes a column that is not numeric by the library's own encoder, the texts with a dictionary. */
  #library({ name, type, isNullable }: Column, i: number, data: (string | boolean | null)[]): ColumnChunk {
    const { schema } = this.#writer
    const element = schema[i + 1]!
    const { chunk } = writeColumn({
      writer: this.#bytes,
      column: {
        columnName: name,
        element,
        schemaPath: [schema[0]!, element],
        codec: 'ZSTD',
        compressors: COMPRESSORS,
        stats: true,
        pageSize: PAGE_BYTES,
        columnIndex: false,
        offsetIndex: false,
        ...(type !== 'boolean' && { encoding: 'RLE_DICTIONARY' }),
      },
      pageData: {
        values: data,
        definitionLevels: isNullable ? data.map(value => (value === null ? 0 : 1)) : [],
        repetitionLevels: [],
        maxDefinitionLevel: isNullable ? 1 : 0,
      },
    })
    return chunk
  }

  #drain(): void {
    this.#sink.append(this.#bytes.getBytes())
    this.#bytes.index = 0
  }
}

/** Longer columns of texts have several pages. */
const PAGE_BYTES = 1 << 20

const compress = (bytes: Uint8Array): Uint8Array => zstdCompressSync(bytes)
const COMPRESSORS = { ZSTD: compress }

const TEXT = { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } } as const
const TYPES = {
  text: TEXT,
  time: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } },
  integer: { type: 'INT64' },
  double: { type: 'DOUBLE' },
  boolean: { type: 'BOOLEAN' },
  source: TEXT,
  bar: { type: 'INT64' },
  side: TEXT,
} as const

const schemaElement = ({ name, type, isNullable }: Column): SchemaElement => ({
  name,
  repetition_type: isNullable ? 'OPTIONAL' : 'REQUIRED',
  ...TYPES[type],
})
