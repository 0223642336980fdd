import { SimulatedExchange, VirtualClock } from '@candlewick/exchanges'
import type { Candle } from '@candlewick/market-data'
import { beforeEach, expect, it } from 'vitest'
import { referenceBars } from '../../../tests/reference/bars.ts'
import { referenceCandles } from '../../../tests/reference/candles.ts'
import { Auditor } from './auditor.ts'
import { ExchangeList } from './exchange-list.ts'
import { Ledger } from './ledger.ts'
import { TopicList } from './topic-list.ts'

const T0 = Date.UTC(2026, 0, 1)
const PAIR = 'BTC/USD'
const INTERVALS = ['1s', '5s']

let clock: VirtualClock
let exchange: SimulatedExchange
let auditor: Auditor

function tradesUntil(seconds: number) {
  const from = exchange.lastIdBefore(PAIR, T0 - 60_000)
  return exchange
    .trades(PAIR, from, exchange.lastIdBefore(PAIR, T0 + seconds * 1000))
    .map(({ price, qty, ...trade }) => ({ ...trade, price: Number(price), qty: Number(qty) }))
}

/** The candles that a right service publishes for the seconds from T0 on. */
function candles(seconds: number, over: (candle: Candle) => Candle = c => c): Candle[] {
  return referenceCandles(tradesUntil(seconds), INTERVALS, { until_ms: T0 + seconds * 1000, emptyCandles: 'flat' })
    .filter(c => c.open_time_ms >= T0)
    .map(over)
}

const feed = (list: readonly Candle[]) => {
  for (const candle of list) auditor.candle(candle, clock.wall())
  auditor.check(clock.wall())
}

beforeEach(async () => {
  clock = new VirtualClock(T0)
  // One trade every two seconds, so that some windows are flat.
  exchange = new SimulatedExchange({ clock, tradesPerSecond: 0.5 })
  auditor = new Auditor(new ExchangeList(exchange), 1000)
  await clock.pass(60_000)
})

it('finds no problem in right candles', () => {
  feed(candles(60))
  expect(auditor.findings(clock.wall())).toEqual({
    checked: 72,
    wrong: 0,
    doubled: 0,
    missing: 0,
    awaited: 0,
    unchecked: 0,
    complaints: [],
  })
})

it.each(['open', 'high', 'low', 'close', 'volume', 'buy_volume', 'trade_count', 'last_trade_id'] as const)(
  'finds a wrong %s',
  field => {
    let changed = 0
    const wrong = candles(60, c =>
      c.interval === '5s' && changed++ === 3 ? { ...c, [field]: Number(c[field]) + 1 } : c,
    )
    feed(wrong)
    const { checked, wrong: found, complaints } = auditor.findings(clock.wall())
    expect([checked, found]).toEqual([72, 1])
    expect(complaints[0]).toContain(`wrong: BTC/USD 5s 2026-01-01T00:00:15.000Z: ${field} is`)
  },
)

it('finds a duplicated and a missing window, and waits for a late one', async () => {
  const all = candles(50)
  const [late, lost] = [all.find(c => c.open_time_ms === T0 + 7000)!, all.find(c => c.open_time_ms === T0 + 9000)!]
  feed(all.filter(c => c !== late && c !== lost))
  feed([all[5]!])
  expect(auditor.findings(clock.wall())).toMatchObject({ doubled: 1, missing: 0, awaited: 2 + 10 + 2 })
  await clock.pass(10_000)
  feed([late])
  await clock.pass(15_000)
  auditor.check(clock.wall())
  const { missing, wrong, complaints } = auditor.findings(clock.wall())
  expect([missing, wrong]).toEqual([1, 0])
  expect(complaints.at(-1)).toBe('missing: BTC/USD 1s 2026-01-01T00:00:09.000Z')
})

it('counts the problems that it no longer lists', () => {
  feed(candles(60, c => (c.interval === '5s' ? { ...c, high: c.high + 1 } : c)))
  const { wrong, complaints } = auditor.findings(clock.wall())
  expect(wrong).toBe(12)
  expect(complaints).toHaveLength(6)
  expect(complaints[0]).toBe('7 earlier problems are left out')
})

it('does not count a candle as the first of its window when it no longer remembers the window', () => {
  const [candle] = candles(1)
  const at = (second: number) => ({ ...candle!, open_time_ms: T0 + second * 1000 })
  const ledger = new Ledger()
  for (let second = 0; second <= 5000; second++) expect(ledger.note(at(second), 0)).toBe('first')
  expect(ledger.note(at(0), 0)).toBe('unknown')
  expect(ledger.note(at(1), 0)).toBe('doubled')
})

it('counts a window as unchecked that is longer than the trades that are kept', () => {
  const [candle] = candles(60).filter(c => c.interval === '5s')
  feed([{ ...candle!, interval: '4h', open_time_ms: T0 - 4 * 3_600_000, close_time_ms: T0 }])
  // The list returns 5,000 trades at a time.
  for (let i = 0; i < 3; i++) auditor.check(clock.wall())
  expect(auditor.findings(clock.wall())).toMatchObject({ checked: 0, wrong: 0, unchecked: 1 })
})

it('does not check candles with complete: false', () => {
  feed(candles(60, c => ({ ...c, complete: false, volume: -1 })))
  expect(auditor.findings(clock.wall())).toMatchObject({ checked: 0, wrong: 0, unchecked: 72 })
})

it('compares with the trades in the topic if the exchange is a real one', () => {
  const list = new TopicList()
  auditor = new Auditor(list, 1000)
  const value = (json: object) => ({ offset: 0, timestamp: 0, key: PAIR, value: Buffer.from(JSON.stringify(json)) })
  const newest = exchange.lastIdBefore(PAIR, T0 + 40_000)
  for (const { price, qty, ...trade } of exchange.trades(PAIR, exchange.lastIdBefore(PAIR, T0), newest))
    list.record(value({ ...trade, price: Number(price), qty: Number(qty) }))
  list.record({ ...value({ pair: PAIR, watermark_ms: T0 + 40_000 }), headers: { control: 'watermark' } })
  feed(candles(50, c => (c.open_time_ms === T0 + 20_000 ? { ...c, high: c.high + 1 } : c)))
  const { checked, wrong, unchecked } = auditor.findings(clock.wall())
  expect(wrong).toBe(2)
  expect(checked + unchecked).toBe(40 + 8)
  expect(unchecked).toBeLessThan(10)
})

it('recomputes bars from the trades between their ids, and counts them by their numbers', () => {
  const bars = referenceBars(tradesUntil(60), ['tick:3', 'value:20000']).filter(c => c.open_time_ms >= T0)
  feed(bars)
  expect(auditor.findings(clock.wall())).toMatchObject({ checked: bars.length, wrong: 0, doubled: 0, complaints: [] })
  const [tick, next] = bars.filter(c => c.interval === 'tick:3')
  feed([
    tick!,
    { ...next!, bar: 99, high: next!.high + 1 },
    { ...next!, bar: 101, last_trade_id: next!.last_trade_id! - 1 },
  ])
  auditor.check(T0 + 120_000)
  expect(auditor.findings(T0 + 120_000)).toMatchObject({ wrong: 2, doubled: 1 })
  expect(auditor.findings(T0 + 120_000).missing).toBeGreaterThan(1)
})

it('reports that trades arrived faster than they were checked', () => {
  const list = new TopicList()
  const trade = (trade_id: number) =>
    JSON.stringify({ pair: PAIR, trade_id, side: 'buy', price: 1, qty: 1, timestamp_ms: T0 + trade_id })
  const record = (offset: number) => ({ offset, timestamp: T0, key: PAIR, value: Buffer.from(trade(offset)) })
  for (let i = 0; i <= 200_000; i++) list.record(record(i))
  const { complaints } = new Auditor(list, 1000).findings(clock.wall())
  expect(complaints).toEqual(['1 trades came faster than they were checked: their windows are not checked'])
})
