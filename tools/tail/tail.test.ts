import { MemoryCluster, memoryLog } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { asColumns, asJson, read } from './format.ts'
import { tail } from './tail.ts'

const TRADE = { pair: 'BTC/USD', trade_id: 7, side: 'buy', price: 64000.1, qty: 0.5, timestamp_ms: 1767225600123 }
const CANDLE = {
  pair: 'BTC/USD',
  interval: '1m',
  open_time_ms: 1767225600000,
  close_time_ms: 1767225660000,
  open: 1,
  high: 3,
  low: 0.5,
  close: 2,
  volume: 1.2345678912,
  quote_volume: 2,
  vwap: 1.5,
  trade_count: 87,
  buy_volume: 1,
  first_trade_id: 1,
  last_trade_id: 87,
  complete: false,
}

const record = (value: unknown, headers = {}) => ({
  offset: 4,
  timestamp: 0,
  key: 'BTC/USD',
  value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  headers,
})
const line = (value: unknown, headers = {}) => asColumns(read(record(value, headers)), record(value, headers), 2)

it('shows a trade, a candle, a feature row or any other record as one line', () => {
  expect(line(TRADE)).toBe('2026-01-01T00:00:00.123 BTC/USD   buy       64000.1          0.5 7')
  expect(line(CANDLE)).toBe(
    '2026-01-01T00:00:00.000 BTC/USD   1m              1            3          0.5            2' +
      '  vol 1.2345679  87 trades  incomplete',
  )
  expect(line({ ...CANDLE, sma_7: 1.25, rsi_14: null })).toMatch(/2 {2}sma_7 1\.25 {2}rsi_14 –$/)
  expect(line('{"price":', { reason: 'malformed' })).toBe('2/4  BTC/USD  "{\\"price\\":"  (malformed)')
})

it('shows values as JSON', () => {
  expect(JSON.parse(asJson(read(record(CANDLE)), record(CANDLE)))).toEqual(CANDLE)
  const broken = record('{', { reason: 'malformed' })
  expect(JSON.parse(asJson(read(broken), broken))).toEqual({
    key: 'BTC/USD',
    value: '{',
    headers: { reason: 'malformed' },
  })
})

it.each([
  ['from the beginning', true, ['old', 'new', 'added']],
  ['from the end', false, ['new', 'added']],
])('reads %s, without control records, and follows new partitions', async (_, fromBeginning, expected) => {
  const cluster = new MemoryCluster()
  cluster.grow('t', 1)
  const log = memoryLog(cluster)
  const producer = await log.producer('w')
  const write = (value: string, partition = 0, headers = {}) =>
    producer.transact([{ topic: 't', partition, key: 'k', value, headers }])
  await write('old')
  await write('{}', 0, { control: 'watermark' })
  const stopping = new AbortController()
  const seen: string[] = []
  const tailing = tail(log, 't', { fromBeginning, signal: stopping.signal }, async r => {
    seen.push(String(r.value))
  })
  await expect.poll(() => seen.length).toBe(expected.length - 2)
  await new Promise(resolve => setImmediate(resolve))
  await write('new')
  await expect.poll(() => seen.length).toBe(expected.length - 1)
  cluster.grow('t', 2)
  await write('added', 1)
  await expect.poll(() => seen, { timeout: 10_000 }).toEqual(expected)
  stopping.abort()
  await tailing
})
