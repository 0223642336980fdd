import { zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { expect, it } from 'vitest'
import { type Column, Rows, rowFile } from '../src/index.ts'

const NUMBERS = [
  { name: 'time', type: 'time', isNullable: false, element: 'INT64' },
  { name: 'integer', type: 'integer', isNullable: false, element: 'INT64' },
  { name: 'id', type: 'integer', isNullable: true, element: 'INT64' },
  { name: 'double', type: 'double', isNullable: false, element: 'DOUBLE' },
  { name: 'indicator', type: 'double', isNullable: true, element: 'DOUBLE' },
] as const
const COLUMNS: readonly Column[] = [{ name: 'pair', type: 'text', isNullable: false }, ...NUMBERS]
const TIMESTAMP = { logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } } as const

/** The file as `hyparquet-writer` makes it of boxed values. */
function byLibrary(groups: readonly Rows[]): Buffer {
  const writer = new ByteWriter()
  const file = new ParquetWriter({
    writer,
    codec: 'ZSTD',
    compressors: { ZSTD: bytes => zstdCompressSync(bytes) },
    createdBy: 'candlewick',
    schema: [
      { name: 'root', num_children: COLUMNS.length },
      {
        name: 'pair',
        repetition_type: 'REQUIRED',
        type: 'BYTE_ARRAY',
        converted_type: 'UTF8',
        logical_type: { type: 'STRING' },
      },
      ...NUMBERS.map(({ name, type, isNullable, element }) => ({
        name,
        repetition_type: isNullable ? ('OPTIONAL' as const) : ('REQUIRED' as const),
        type: element,
        ...(type === 'time' && TIMESTAMP),
      })),
    ],
  })
  for (const { pairs, values, length } of groups) {
    const numbers = NUMBERS.map(({ name, type }, i) => ({
      name,
      encoding: type === 'double' ? ('PLAIN' as const) : ('DELTA_BINARY_PACKED' as const),
      data: Array.from(values[i]!.subarray(0, length), number =>
        Number.isNaN(number) ? null : type === 'double' ? number : BigInt(number),
      ),
    }))
    const columnData = [{ name: 'pair', data: pairs, encoding: 'RLE_DICTIONARY' as const }, ...numbers]
    void file.write({ columnData, rowGroupSize: length })
  }
  void file.finish()
  return Buffer.from(writer.getBytes())
}

function byUs(groups: readonly Rows[]): Buffer {
  const chunks: Uint8Array[] = []
  const file = rowFile('parquet', COLUMNS, '1m', { append: bytes => chunks.push(Uint8Array.from(bytes)) })
  for (const group of groups) file.write(group)
  file.finish()
  return Buffer.concat(chunks)
}

function rowsOf(rows: readonly (readonly number[])[]): Rows {
  const group = new Rows(COLUMNS, rows.length)
  for (const [i, row] of rows.entries()) group.push(`P${i % 3}`, Float64Array.from(row), 0)
  return group
}

const integer = fc.oneof(
  fc.maxSafeNat(),
  fc.maxSafeInteger(),
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.integer({ min: 1_767_225_600_000, max: 1_767_225_700_000 }),
)
const orNull = (numbers: fc.Arbitrary<number>) => fc.oneof(numbers, fc.constant(Number.NaN))
const double = fc.double({ noNaN: true })

it('writes the same bytes as the library for numbers of every size, with and without nulls', () => {
  const row = fc.tuple(integer, integer, orNull(integer), double, orNull(double))
  const groups = fc.array(fc.array(row, { minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(groups, some => {
      const all = some.map(rowsOf)
      expect(byUs(all).equals(byLibrary(all))).toBe(true)
    }),
    { numRuns: 200 },
  )
})

it.each([1, 7, 24, 25, 31, 32, 33, 48, 50])('packs deltas of %i bits as the library does', bits => {
  const numbers = Array.from({ length: 700 }, (_, i) => Math.floor(2 ** bits * ((i * 0.618) % 1)))
  const all = [rowsOf(numbers.map(number => [number, -number, thirdNull(number), number, Number.NaN]))]
  expect(byUs(all).equals(byLibrary(all))).toBe(true)
})

/** Every third number is null. */
const thirdNull = (number: number): number => (number % 3 === 0 ? Number.NaN : number)
