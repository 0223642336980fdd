import { expect, it } from 'vitest'
import { FEATURES, TRADES } from '../../src/kind.ts'
import { RangeCutter } from '../../src/parquet/file-range.ts'
import { fileName, rangeFiles } from '../../src/parquet/range-files.ts'
import { featureRow, MINUTE_MS, stored, storedTrade, T0, trade } from '../rows.ts'
import { readParquet } from './dataset.ts'

const SOURCE = { topic: 'technical-indicators', partition: 2 }

it('ends a range when the period of publication changes, and when there are too many rows', () => {
  const cutter = new RangeCutter(5, 10 * MINUTE_MS, 4)
  const ranges = [0, 1, 2, 8, 9, 10, 11, 12, 13].map(n => cutter.add(stored(10 + n, featureRow(n))))
  expect(ranges.map(range => range && [range.first, range.end, range.rows.length])).toEqual([
    ...[undefined, undefined, undefined, undefined],
    [5, 19, 4],
    ...[undefined, undefined, undefined],
    [19, 23, 4],
  ])
})

it('names files so that names sort like offsets', () => {
  expect(fileName(SOURCE, { first: 7, end: 1200 })).toBe(
    'technical-indicators-2-0000000000000007-0000000000001200.parquet',
  )
})

it('writes a file for each interval and day, sorted by pair and time, with unchanged values', async () => {
  const rows = [
    stored(0, featureRow(1440, 'ETH/USD', { rsi_14: 1e-300 })),
    stored(1, featureRow(1439)),
    stored(2, featureRow(1441, 'BTC/USD', { source: 'exchange' })),
    stored(3, featureRow(1440)),
    stored(4, featureRow(1435, 'BTC/USD', { interval: '5m' })),
  ]
  const files = [...rangeFiles(SOURCE, FEATURES, { first: 0, end: 5, rows })]
  expect(files.map(({ path }) => path.slice(0, path.lastIndexOf('/')))).toEqual([
    'features/interval=1m/date=2026-01-01',
    'features/interval=1m/date=2026-01-02',
    'features/interval=5m/date=2026-01-01',
  ])
  const [, second] = await Promise.all(files.map(({ bytes }) => readParquet(bytes)))
  expect(second!.map(({ pair, open_time_ms }) => [pair, open_time_ms])).toEqual(
    [rows[3]!, rows[2]!, rows[0]!].map(({ row }) => [row.pair, row.open_time_ms]),
  )
  expect(second![2]).toMatchObject({
    rsi_14: 1e-300,
    sma_7: 1440 / 7,
    quote_volume: 1 / 3,
    source: null,
    complete: true,
  })
  expect(second![2]!.published_ms).toBe(rows[0]!.publishedMs)
  expect(second![1]).toMatchObject({ source: 'exchange', rsi_14: null })
})

it('writes the same bytes for the same rows', () => {
  const range = { first: 0, end: 9, rows: [0, 1, 2].map(n => stored(n, featureRow(n))) }
  const bytes = () => [...rangeFiles(SOURCE, FEATURES, range)].map(file => file.bytes)
  expect(bytes()).toEqual(bytes())
})

it('writes a file of trades for each day, sorted by pair and id, with unchanged values', async () => {
  const trades = [trade(3), trade(1, 'ETH/USD'), trade(2), trade(5), { ...trade(6), timestamp_ms: T0 - 1 }]
  const rows = trades.map((row, offset) => storedTrade(offset, row))
  const files = [...rangeFiles({ topic: 'trades', partition: 2 }, TRADES, { first: 0, end: 5, rows })]
  const name = fileName({ topic: 'trades', partition: 2 }, { first: 0, end: 5 })
  expect(files.map(({ path }) => path)).toEqual([`trades/date=2025-12-31/${name}`, `trades/date=2026-01-01/${name}`])
  const read = await Promise.all(files.map(({ bytes }) => readParquet(bytes)))
  const expected = [trades[4]!, trades[2]!, trades[0]!, trades[3]!, trades[1]!]
  expect(read.flat()).toEqual(expected.map(row => ({ ...row, published_ms: row.timestamp_ms + 100 })))
})
