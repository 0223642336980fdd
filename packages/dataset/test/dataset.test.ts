import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { DEFAULT_INDICATORS, parseIndicators } from '@candlewick/indicators'
import { FeatureRow } from '@candlewick/market-data'
import fc from 'fast-check'
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet'
import { expect, it, onTestFinished } from 'vitest'
import {
  CANDLE_COLUMNS,
  csvHeader,
  csvLine,
  dateOf,
  encodeRow,
  type Format,
  featureColumns,
  ndjsonLine,
  partitionFolder,
  partitionOf,
  publish,
  type Row,
  Rows,
  rowFile,
  WholeFile,
  widthOf,
} from '../src/index.ts'

const FIELDS = ['sma_7', 'rsi_14']
const COLUMNS = featureColumns(FIELDS)

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'candlewick-dataset-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const amount = fc.double({ min: 0, max: 1e100, noNaN: true }).map(number => number || 0)
const id = fc.option(fc.maxSafeNat())
const time = fc.integer({ min: 1e11, max: 1e14 - 1 })
const indicator = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map(number => number || 0))
const required = fc.record({
  pair: fc.constantFrom('BTC/USD', 'AAPLx/USD', '币安人生/USDT', 'A,"B"/USD'),
  interval: fc.constant('1m'),
  open_time_ms: time,
  close_time_ms: time,
  open: amount,
  high: amount,
  low: amount,
  close: amount,
  volume: amount,
  quote_volume: amount,
  vwap: amount,
  trade_count: fc.maxSafeNat(),
  buy_volume: amount,
  first_trade_id: id,
  last_trade_id: id,
  complete: fc.boolean(),
})
const row: fc.Arbitrary<Row> = fc
  .tuple(required, fc.boolean(), fc.option(fc.integer({ min: 1 })), fc.record({ sma_7: indicator, rsi_14: indicator }))
  .map(([candle, isOfExchange, bar, values]) => {
    const absent = { ...(isOfExchange && { source: 'exchange' }), ...(bar !== null && { bar }) }
    return { ...candle, ...absent, ...values }
  })

/** @returns a file of the rows, in row groups of the given size. */
function encoded(format: Format, rows: readonly Row[], groupRows: number): Buffer {
  const chunks: Uint8Array[] = []
  const file = rowFile(format, COLUMNS, '1m', { append: bytes => chunks.push(Uint8Array.from(bytes)) })
  const group = new Rows(COLUMNS, groupRows)
  const numbers = new Float64Array(widthOf(COLUMNS))
  for (const row of rows) {
    encodeRow(COLUMNS, row, numbers, 0)
    group.push(row.pair as string, numbers, 0)
    if (group.length < groupRows) continue
    file.write(group)
    group.clear()
  }
  file.write(group)
  file.finish()
  return Buffer.concat(chunks)
}

const bufferOf = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer

const compressors = { ZSTD: (input: Uint8Array) => zstdDecompressSync(input) }

it('reads every row unchanged from Parquet, for any values and row groups', async () => {
  const rows = fc.array(row, { minLength: 1, maxLength: 40 })
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 50 }), async (written, groupRows) => {
      const file = bufferOf(encoded('parquet', written, groupRows))
      const read = await parquetReadObjects({ file, compressors })
      const plain = read.map(object =>
        Object.fromEntries(
          Object.entries(object).map(([name, value]) => [
            name,
            typeof value === 'bigint' ? Number(value) : value instanceof Date ? value.getTime() : value,
          ]),
        ),
      )
      expect(plain).toEqual(
        written.map(({ interval: _, source = null, bar = null, ...rest }) => ({ ...rest, source, bar })),
      )
    }),
    { numRuns: 200 },
  )
})

it('writes UTC timestamps, a dictionary of pairs, nullable indicators and zstd', () => {
  const rows = fc.sample(row, 100).sort((a, b) => (String(a.pair) < String(b.pair) ? -1 : 1))
  const metadata = parquetMetadata(bufferOf(encoded('parquet', rows, 60)))
  const schema = Object.fromEntries(parquetSchema(metadata).children.map(({ element }) => [element.name, element]))
  expect(schema.open_time_ms?.logical_type).toEqual({ type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' })
  expect(schema.close).toMatchObject({ type: 'DOUBLE', repetition_type: 'REQUIRED' })
  expect(schema.sma_7).toMatchObject({ type: 'DOUBLE', repetition_type: 'OPTIONAL' })
  expect(schema.interval).toBeUndefined()
  expect(metadata.row_groups).toHaveLength(2)
  const columns = metadata.row_groups.flatMap(group => group.columns.map(({ meta_data }) => meta_data))
  expect(new Set(columns.map(column => column?.codec))).toEqual(new Set(['ZSTD']))
  expect(columns[0]?.encodings).toContain('RLE_DICTIONARY')
})

it('has the columns of a feature row, in the order of its fields', () => {
  const fields = Object.keys(FeatureRow.shape)
  expect(['pair', 'interval', ...CANDLE_COLUMNS.slice(1).map(({ name }) => name)]).toEqual(fields)
  const { fields: indicators } = parseIndicators(DEFAULT_INDICATORS)
  expect(featureColumns(indicators)).toHaveLength(CANDLE_COLUMNS.length + indicators.length)
})

it('writes exactly the text of the topics', () => {
  const rows = fc.sample(row, 50)
  expect(encoded('ndjson', rows, 7).toString()).toBe(rows.map(row => ndjsonLine(COLUMNS, row)).join(''))
  const [header, first] = encoded('csv', [{ ...rows[0], pair: 'A,"B"/USD', sma_7: null, rsi_14: 0.1 }], 1)
    .toString()
    .split('\n')
  expect(`${header}\n`).toBe(csvHeader(COLUMNS))
  expect(first).toMatch(/^"A,""B""\/USD",1m,\d+,.*,(true|false),(exchange)?,\d*,,0\.1$/)
  expect(csvLine(COLUMNS, { pair: 'A/B', interval: '1m', close: 1e-7, sma_7: Number.POSITIVE_INFINITY })).toBe(
    `A/B,1m${','.repeat(6)}1e-7${','.repeat(12)}\n`,
  )
})

it('turns an infinite indicator into null, as JSON does', () => {
  const infinite = { ...fc.sample(row, 1)[0]!, sma_7: Number.POSITIVE_INFINITY }
  expect(encoded('ndjson', [infinite], 1).toString()).toBe(ndjsonLine(COLUMNS, infinite))
})

it('names folders by kind, interval and UTC day, and parses those names', () => {
  const partition = { kind: 'features', interval: '1m', date: dateOf(Date.parse('2026-11-30T23:59:59.999Z')) } as const
  expect(partitionFolder(partition)).toBe('features/interval=1m/date=2026-11-30')
  expect(partitionOf(partitionFolder(partition))).toEqual(partition)
  expect(partitionOf('features/interval=1m')).toBeUndefined()
})

it('shows a file under its name only when it is published', () => {
  const path = join(folder(), 'a/b/compute.parquet')
  const file = new WholeFile(path)
  file.append(Buffer.from('first'))
  expect(readdirSync(join(path, '..')).filter(name => !name.startsWith('.'))).toEqual([])
  file.seal()
  expect(existsSync(path)).toBe(false)
  publish([path])
  expect(readFileSync(path, 'utf8')).toBe('first')
  const second = new WholeFile(path)
  second.append(Buffer.from('second'))
  expect(readFileSync(path, 'utf8')).toBe('first')
  second.discard()
  expect(readdirSync(join(path, '..'))).toEqual(['compute.parquet'])
})
