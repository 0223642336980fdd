import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { createLogger, type Env, startService } from '@candlewick/service'
import { type LogRecord, MemoryCluster, memoryLog } from '@candlewick/streams'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../../../tests/temporary-folder.ts'
import { tradesIngestor } from '../src/service.ts'
import { jsonOf, records } from './harness.ts'

const DATA = new URL('../../../../shared/data/', import.meta.url).pathname
const lines: string[] = []
const logger = createLogger('test', 'error', { write: (line: string) => lines.push(line) })
const isTrade = ({ headers }: LogRecord) => !headers?.control
const kinds = (all: LogRecord[]) => all.filter(r => !isTrade(r)).map(({ headers }) => headers?.control)

async function replay(file: string, env: Env = {}, cluster = new MemoryCluster()): Promise<LogRecord[]> {
  const own = { EXCHANGE: 'replay', REPLAY_FILE: file, PARTITIONS: '1', ...env }
  const service = await startService(tradesIngestor, { env: own, log: memoryLog(cluster), logger })
  try {
    await service.done
  } finally {
    await service.stop()
  }
  return (await records(cluster))[0] ?? []
}

function write(name: string, content: string | Buffer): string {
  const file = join(temporaryFolder(), name)
  writeFileSync(file, content)
  return file
}

it('reads CSV with a header, gzip CSV without, and NDJSON, keeping the digits', async () => {
  const csv =
    'id,price,amount,timestamp,side\n7,0.00001700,1000000000000.5,1762795433972,buy\n8,2e-9,1.0,1762795433972000,s\n'
  const own = await replay(write('a.csv', csv), { PAIRS: 'SHIB/USD' })
  expect(own.filter(isTrade).map(({ value }) => value?.toString())).toEqual([
    '{"pair":"SHIB/USD","trade_id":7,"side":"buy","price":0.00001700,"qty":1000000000000.5,"timestamp_ms":1762795433972}',
    '{"pair":"SHIB/USD","trade_id":8,"side":"sell","price":2e-9,"qty":1.0,"timestamp_ms":1762795433972}',
  ])
  const gz = write('b.csv.gz', gzipSync('1672620536,90.070000,1.10000000\n1672620537,90,1\n'))
  const [, first, second] = (await replay(gz, { PAIRS: 'BCH/EUR' })).map(jsonOf)
  expect(first).toMatchObject({ trade_id: 1, side: null, price: 90.07, timestamp_ms: 1672620536000 })
  expect(second).toMatchObject({ trade_id: 2 })
  const ndjson = own.filter(isTrade).map(({ value }) => `${value}\n`)
  expect(await replay(write('c.ndjson', ndjson.join('')))).toHaveLength(own.length)
})

it('closes the last window with a watermark at its end, and all windows of all pairs up to there', async () => {
  const trade = (pair: string, id: number, ms: number) =>
    `{"pair":"${pair}","trade_id":${id},"side":null,"price":1,"qty":1,"timestamp_ms":${ms}}\n`
  const minute = 1_700_000_040_000
  const file = write('x.ndjson', trade('A/B', 1, minute) + trade('C/D', 1, minute + 90_000))
  const own = await replay(file)
  const watermarks = own.filter(({ headers }) => headers?.control === 'watermark').map(jsonOf)
  expect(watermarks).toEqual(['A/B', 'C/D'].map(pair => ({ pair, watermark_ms: minute + 120_000 })))
})

it('writes no watermark before the end, because the pairs of a file may follow one another', async () => {
  const start = 1_700_000_040_000
  const trade = (pair: string, id: number, ms: number) =>
    `{"pair":"${pair}","trade_id":${id},"side":null,"price":1,"qty":1,"timestamp_ms":${start + ms}}\n`
  const ofFirst = Array.from({ length: 100 }, (_, i) => trade('A/B', i, i * 5000))
  // More trades than one transaction holds.
  const ofSecond = Array.from({ length: 25_000 }, (_, i) => trade('C/D', i, i))
  const own = await replay(write('x.ndjson', [...ofFirst, ...ofSecond].join('')))
  expect(own.filter(isTrade)).toHaveLength(25_100)
  for (const pair of ['A/B', 'C/D'])
    expect(kinds(own.filter(({ key }) => key === pair).slice(1)), pair).toEqual(['watermark'])
  expect(own.at(-1)).toMatchObject({ key: 'C/D', headers: { control: 'watermark' } })
})

it('writes nothing twice when it runs again, and continues where it was interrupted', async () => {
  const rows = Array.from({ length: 3000 }, (_, i) => `${1_700_000_000 + i},${100 + i},1\n`)
  const cluster = new MemoryCluster()
  const env = { PAIRS: 'A/B' }
  // The first file ends with a window, which its end closes.
  await replay(write('x.csv', rows.slice(0, 1180).join('')), env, cluster)
  await replay(write('x.csv', rows.join('')), env, cluster)
  const own = await replay(write('x.csv', rows.join('')), env, cluster)
  expect(own.filter(isTrade).map(record => jsonOf(record).trade_id)).toEqual(rows.map((_, i) => i + 1))
})

it('leaves out a broken line, names it, and writes a gap', async () => {
  lines.length = 0
  const file = write('x.csv', '1700000000,1,1\n1700000001,1\n1700000002,-5,1\n1700000003,abc,1\n1700000004,1,1\n')
  const own = await replay(file, { PAIRS: 'A/B' })
  expect(own.filter(isTrade).map(record => jsonOf(record).trade_id)).toEqual([1, 5])
  expect(kinds(own)).toEqual(['arrive', 'gap', 'watermark'])
  const told = lines.map(line => JSON.parse(line).msg)
  expect(told.filter(text => text.includes(`${file}, line`)).map(text => text.split(': ').at(-1))).toEqual([
    '2 columns instead of 3',
    'price "-5" is not a decimal number',
    'price "abc" is not a decimal number',
  ])
})

const refused: [string, string, string, Env, RegExp][] = [
  [
    'seconds in timestamp_ms',
    'x.ndjson',
    '{"pair":"A/B","trade_id":1,"price":1,"qty":1,"timestamp_ms":1700000000}',
    {},
    /no trades/,
  ],
  ['no pair', 'x.csv', '1700000000,1,1\n', {}, /PAIRS must name exactly one/],
  ['columns that nothing explains', 'x.csv', '1,2,3,4\n', { PAIRS: 'A/B' }, /unknown columns: 1,2,3,4/],
  ['another kind of file', 'x.parquet', '', {}, /REPLAY_FILE=.*must end in .csv/],
  [
    'a gzip file that is cut off',
    'x.csv.gz',
    'not gzip',
    { PAIRS: 'A/B' },
    /REPLAY_FILE=.*x\.csv\.gz: incorrect header check/,
  ],
]

it.each(refused)('ends with a clear error: %s', async (_name, name, content, env, message) => {
  await expect(replay(write(name, content), env)).rejects.toThrow(message)
})

it('names a file that is missing', async () => {
  await expect(replay('/nowhere.csv')).rejects.toThrow(/REPLAY_FILE=\/nowhere.csv: cannot be read: ENOENT/)
})

const files: [string, Env, number, object][] = [
  ['kraken-rest-trades-xbtusdt.json', { PAIRS: 'BTC/USDT' }, 464, { trade_id: 10218671, side: 'buy', price: 106282.5 }],
  ['kraken-trades-bcheur.csv', { PAIRS: 'BCH/EUR' }, 486, { side: null }],
  ['binance-aggtrades-xrpeth.json.gz', { PAIRS: 'XRP/ETH' }, 12477, { trade_id: 13532283, side: 'sell', qty: 130 }],
]

describe.runIf(existsSync(DATA))('recorded trades', () => {
  it.each(files)('%s', async (name, env, count, last) => {
    const own = await replay(DATA + name, env)
    expect(kinds(own)).toEqual(['arrive', 'watermark'])
    const trades = own.filter(isTrade).map(jsonOf)
    expect(trades).toHaveLength(count)
    expect(trades.at(-1)).toMatchObject(last)
  })

  it('reads a capture of a socket and leaves out other messages', async () => {
    const capture = gunzipSync(readFileSync(`${DATA}binance-futures-ws-capture.txt.gz`)).toString()
    const own = await replay(`${DATA}binance-futures-ws-capture.txt.gz`)
    const trades = own.filter(isTrade).map(jsonOf)
    expect(trades).toHaveLength(capture.split('"e":"aggTrade"').length - 1)
    expect(new Set(trades.map(({ pair }) => pair))).toContain('CTKUSDT')
  })
})
