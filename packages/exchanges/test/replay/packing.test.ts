import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { zip } from '../../../../tools/backfill/zip.ts'
import { readingOf } from './reading.ts'

const CSV = '12,100.50,2.5,251.25,1767225609123,True,True\n'
const pairs = ['BTC/USDT']
const METADATA = { '__MACOSX/._BTCUSDT.csv': 'x', 'data/': '', '.DS_Store': 'x', 'data/._b.csv': 'x' }

it.each<[string, string, Buffer | string]>([
  ['gzip', 'x.csv.gz', gzipSync(CSV)],
  ['a name in capitals', 'X.CSV', CSV],
  ['gzip with a name in capitals', 'X.CSV.GZ', gzipSync(CSV)],
  ['a ZIP archive', 'x.zip', zip('BTCUSDT.csv', CSV)],
  ['a ZIP archive whose names are in capitals', 'X.ZIP', zip('BTCUSDT.CSV', CSV)],
  ['a ZIP archive that was made on a Mac', 'x.zip', zip('data/BTCUSDT.csv', CSV, METADATA)],
  ['a byte order mark', 'x.csv', `\uFEFF${CSV}`],
  [
    'lines that end with carriage returns alone',
    'x.csv',
    CSV.replace('\n', '\r') + CSV.replace('12', '13').replace('\n', '\r'),
  ],
])('reads %s', async (_name, name, content) => {
  const { trades, leftOut } = await readingOf(name, content, { pairs })
  expect(trades[0]).toMatchObject({ trade_id: 12, price: '100.50', timestamp_ms: 1_767_225_609_123 })
  expect(leftOut).toEqual([])
})

it('reads NDJSON in a ZIP archive', async () => {
  const line = '{"pair":"A/B","trade_id":1,"side":null,"price":1,"qty":1,"timestamp_ms":1767225609123}\n'
  expect((await readingOf('x.zip', zip('x.ndjson', line))).trades).toHaveLength(1)
})

it.each<[string, string, Buffer | string, RegExp]>([
  [
    'an archive of two files',
    'x.zip',
    zip('a.csv', CSV, { 'b.csv': CSV }),
    /holds b\.csv, a\.csv instead of one CSV file/,
  ],
  ['an archive that holds only metadata', 'x.zip', zip('.DS_Store', 'x'), /holds nothing instead of one CSV file/],
  ['UTF-16', 'x.csv', Buffer.from(`\uFEFF${CSV}`, 'utf16le'), /x\.csv: the text is UTF-16: convert it to UTF-8/],
  ['an unknown ending', 'x.parquet', '', /must end in \.csv/],
  ['a file that is not gzip', 'x.csv.gz', CSV, /x\.csv\.gz: incorrect header check/],
  ['gzip that is cut off', 'x.csv.gz', gzipSync(CSV).subarray(0, 20), /x\.csv\.gz: unexpected end of file/],
  ['a file that is not an archive', 'x.zip', CSV, /x\.zip is no ZIP archive/],
])('refuses %s', async (_name, name, content, message) => {
  await expect(readingOf(name, content, { pairs })).rejects.toThrow(message)
})
