import { ByteWriter, type ParquetWriter } from 'hyparquet-writer'
import { writePageHeader } from 'hyparquet-writer/src/datapage.js'
import { writeRleBitPackedHybrid } from 'hyparquet-writer/src/encoding.js'
import type { Column } from './columns.ts'
import { writeDeltas } from './delta.ts'

export type ColumnChunk = ParquetWriter['row_groups'][number]['columns'][number]

interface Numbers {
  /** The numbers that are not null. */
  readonly values: Float64Array
  /** For each row 1, or 0 where it is null. */
  readonly levels: Uint8Array
  readonly min: number | undefined
  readonly max: number | undefined
}

export interface ChunkOptions {
  /** The file so far. */
  readonly file: ByteWriter
  compress(bytes: Uint8Array): Uint8Array
}

/**
 * Writes a column of doubles, integers or times as one page, with the same bytes as the library, which takes any values and
 * looks at each of them several times: an array of objects with nulls, bigints for integers.
 * @param numbers NaN is null
 */
export function writeNumbers(
  { name, type, isNullable }: Column,
  numbers: Float64Array,
  { file, compress }: ChunkOptions,
): ColumnChunk {
  const { values, levels, min = 0, max = 0 } = split(numbers)
  const isDouble = type === 'double'
  const encoding = isDouble ? 'PLAIN' : 'DELTA_BINARY_PACKED'
  const defined = new ByteWriter()
  if (isNullable) writeRleBitPackedHybrid(defined, levels, 1)
  const page = new ByteWriter(numbers.byteLength)
  if (isDouble) page.appendBytes(new Uint8Array(values.buffer, 0, values.byteLength))
  else writeDeltas(page, values, min, max)
  const compressed = compress(page.getBytes())
  const start = file.offset
  writePageHeader(file, {
    type: 'DATA_PAGE_V2',
    uncompressed_page_size: defined.offset + page.offset,
    compressed_page_size: defined.offset + compressed.length,
    data_page_header_v2: {
      num_values: numbers.length,
      num_nulls: numbers.length - values.length,
      num_rows: numbers.length,
      encoding,
      definition_levels_byte_length: defined.offset,
      repetition_levels_byte_length: 0,
      is_compressed: true,
    },
  })
  const headerBytes = file.offset - start
  file.appendBytes(defined.getBytes())
  file.appendBytes(compressed)
  const bounds =
    values.length === 0 ? {} : isDouble ? doubleBounds(min, max) : { min_value: BigInt(min), max_value: BigInt(max) }
  return {
    meta_data: {
      type: isDouble ? 'DOUBLE' : 'INT64',
      encodings: [encoding],
      path_in_schema: [name],
      codec: 'ZSTD',
      num_values: BigInt(numbers.length),
      total_compressed_size: BigInt(file.offset - start),
      total_uncompressed_size: BigInt(headerBytes + defined.offset + page.offset),
      data_page_offset: BigInt(start),
      statistics: { ...bounds, null_count: BigInt(numbers.length - values.length), ...(isDouble && { nan_count: 0n }) },
      encoding_stats: [{ page_type: 'DATA_PAGE_V2', encoding, count: 1 }],
    },
    file_offset: BigInt(start),
  }
}

/** Zeros as Parquet wants them: a minimum is negative, a maximum positive. */
const doubleBounds = (min: number, max: number) => ({ min_value: min === 0 ? -0 : min, max_value: max === 0 ? 0 : max })

function split(numbers: Float64Array): Numbers {
  const values = new Float64Array(numbers.length)
  const levels = new Uint8Array(numbers.length)
  let count = 0
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let row = 0; row < numbers.length; row++) {
    const number = numbers[row]!
    if (Number.isNaN(number)) continue
    levels[row] = 1
    values[count++] = number
    if (number < min) min = number
    if (number > max) max = number
  }
  const some = values.subarray(0, count)
  return count === 0 ? { values: some, levels, min: undefined, max: undefined } : { values: some, levels, min, max }
}
