import { type Ohlc, VirtualClock } from '@candlewick/exchanges'
import { intervalMs, type Seed, windowStart } from '@candlewick/market-data'
import { expect, it } from 'vitest'
import { Beginnings } from '../src/beginnings.ts'
import { TradeSequencer } from '../src/trade-sequencer.ts'
import { jsonOf, records, START_MS, stop, type World, world } from './harness.ts'

const SECOND_MS = 1000
const HOUR_MS = 3_600_000
const PAIR = 'BTC/USD'
const INTERVALS = ['1m', '5m', '15m', '1h', '4h']
const AUTO = { pairs: [PAIR], historyMs: undefined, intervals: INTERVALS, seedCandles: 100 }

const recordsOf = async (on: World) => (await records(on.cluster)).flat().filter(({ key }) => key === PAIR)

/** @returns the records of the topic as their kinds and contents. */
async function written(on: World) {
  const all = await recordsOf(on)
  const of = (kind: string) => all.filter(({ headers }) => headers?.control === kind).map(jsonOf)
  const trades = all.filter(({ headers }) => !headers?.control).map(jsonOf)
  return {
    kinds: all.map(({ headers }) => headers?.control ?? 'trade'),
    births: of('arrive'),
    seeds: of('seed') as Seed[],
    trades,
  }
}

function expectContiguous(ids: readonly number[]) {
  expect(ids.length).toBeGreaterThan(0)
  expect(ids).toEqual(Array.from(ids, (_, i) => ids[0]! + i))
}

/** Every interval's candles end where its own windows begin. */
function expectSeedsBefore(seeds: readonly Seed[], completeFromMs: number) {
  for (const [interval, own] of Map.groupBy(seeds, seed => seed.interval)) {
    const ms = intervalMs(interval)
    const end = windowStart(completeFromMs, ms)
    expect(own.map(({ open_time_ms }) => open_time_ms)).toEqual(own.map((_, i) => end - (own.length - i) * ms))
  }
}

it("begins a new pair within a minute with the exchange's candles, some history and the live trades", async () => {
  const on = world({ tradesPerSecond: 2 })
  await on.clock.pass(20 * 60 * SECOND_MS)
  const subscribedMs = on.clock.wall()
  const ingestor = on.ingestor(AUTO)
  const running = ingestor.run()
  expect(await on.clock.pass(60 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
  await on.clock.pass(5 * SECOND_MS)
  await stop(on, ingestor)
  await running
  const { kinds, births, seeds, trades } = await written(on)
  expect([...new Set(kinds)]).toEqual(['arrive', 'seed', 'trade'])
  expect(kinds.indexOf('trade')).toBe(1 + seeds.length)
  const [{ complete_from_ms }] = births
  // 20,000 trades are 2 hours and 47 minutes.
  expect(complete_from_ms).toBe(windowStart(subscribedMs, HOUR_MS) - 2 * HOUR_MS)
  expectSeedsBefore(seeds, complete_from_ms)
  const counts = Object.fromEntries([...Map.groupBy(seeds, s => s.interval)].map(([name, own]) => [name, own.length]))
  expect(counts).toEqual({ '5m': 72, '15m': 91, '1h': 98, '4h': 99 })
  expectContiguous(trades.map(({ trade_id }) => trade_id))
  const [before] = on.exchange.trades(PAIR, trades[0].trade_id - 1, trades[0].trade_id - 1)
  expect(before!.timestamp_ms).toBeLessThan(complete_from_ms)
  expect(trades.at(-1).timestamp_ms).toBeGreaterThan(on.clock.wall() - 10 * SECOND_MS)
  expect(on.events.flatMap(event => (event.type === 'recovering' ? event.histories : []))).toContainEqual({
    pair: PAIR,
    doneMs: expect.any(Number),
    ofMs: expect.any(Number),
  })
})

it('begins a busy pair with the part of the current hour that it can fetch, and seeds up to there', async () => {
  const on = world({ tradesPerSecond: 40 })
  const ingestor = on.ingestor({ ...AUTO, intervals: ['1m', '5m', '1h'] })
  const running = ingestor.run()
  expect(await on.clock.pass(60 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
  await stop(on, ingestor)
  await running
  const { births, seeds, trades } = await written(on)
  expect(births[0].complete_from_ms).toBe(START_MS - 5 * 60 * SECOND_MS)
  expectSeedsBefore(seeds, births[0].complete_from_ms)
  expectContiguous(trades.map(({ trade_id }) => trade_id))
  expect(trades.length).toBeLessThan(23_000)
})

it('begins with live trades, without losing any, when the exchange does not return its candles within half a minute', async () => {
  const on = world({ tradesPerSecond: 2 })
  const silent: Ohlc = {
    intervals: INTERVALS,
    candles: (_pair, _interval, _from, _to, signal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  }
  const ingestor = on.ingestor({ ...AUTO, ohlc: silent })
  const running = ingestor.run()
  await on.clock.pass(25 * SECOND_MS)
  expect((await written(on)).kinds).toEqual([])
  await on.clock.pass(20 * SECOND_MS)
  expect(ingestor.ready()).toBeUndefined()
  await stop(on, ingestor)
  await running
  const { births, seeds, trades } = await written(on)
  expect(seeds).toEqual([])
  expect(births).toHaveLength(1)
  expectContiguous(trades.map(({ trade_id }) => trade_id))
  expect(trades[0].timestamp_ms).toBeLessThan(START_MS + 2 * SECOND_MS)
  expect(on.events.find(({ type }) => type === 'beginning')).toMatchObject({
    fromMs: null,
    error: new Error('the exchange has not answered within 30 s'),
  })
})

it('asks again when the exchange fails to answer', async () => {
  const on = world({ tradesPerSecond: 0.2 })
  for (let i = 0; i < 3; i++) on.exchange.fault('server-error')
  const ingestor = on.ingestor(AUTO)
  const running = ingestor.run()
  expect(await on.clock.pass(60 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
  await stop(on, ingestor)
  await running
  const { births, seeds } = await written(on)
  expect(seeds.length).toBeGreaterThan(0)
  expectSeedsBefore(seeds, births[0].complete_from_ms)
})

it('fetches a configured history of any length, and seeds the windows before it', async () => {
  const on = world({ tradesPerSecond: 0.05 })
  const ingestor = on.ingestor({ ...AUTO, historyMs: 30 * HOUR_MS })
  const running = ingestor.run()
  expect(await on.clock.pass(300 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
  await stop(on, ingestor)
  await running
  const { births, seeds, trades } = await written(on)
  expect(births[0].complete_from_ms).toBe(windowStart(START_MS - 30 * HOUR_MS, 4 * HOUR_MS))
  expectSeedsBefore(seeds, births[0].complete_from_ms)
  expect([...new Set(seeds.map(({ interval }) => interval))].sort()).toEqual(['1h', '4h'])
  expectContiguous(trades.map(({ trade_id }) => trade_id))
  expect(trades.length).toBeGreaterThan(5000)
})

it("writes the exchange's candles once, whenever the ingestor crashes", async () => {
  for (const steps of [1, 2, 3, 4, 5, 6, 8]) {
    const on = world({ tradesPerSecond: 0.02 })
    let left = steps
    const step = () => (left-- > 0 ? Promise.resolve() : new Promise<void>(() => {}))
    void on.ingestor({ ...AUTO, faults: { step } }).run()
    await on.clock.pass(20 * SECOND_MS)
    const ingestor = on.ingestor(AUTO)
    const running = ingestor.run()
    expect(await on.clock.pass(120 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
    await stop(on, ingestor)
    await running
    const { births, seeds, trades } = await written(on)
    expect(births).toHaveLength(1)
    expect(seeds.length).toBeGreaterThan(0)
    expectSeedsBefore(seeds, births[0].complete_from_ms)
    expectContiguous(trades.map(({ trade_id }) => trade_id))
  }
})

it('looks up ten pairs at a time, the most liquid first, and gives up the others after half a minute', async () => {
  const clock = new VirtualClock(START_MS)
  const asked: string[] = []
  const given: string[] = []
  const beginnings = new Beginnings({
    ohlc: {
      intervals: ['1m'],
      candles: (pair, _interval, _from, _to, signal) => {
        asked.push(pair)
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      },
    },
    intervals: ['1m'],
    historyMs: undefined,
    seedCandles: 10,
    clock,
    signal: new AbortController().signal,
    deliver: ({ pair }) => given.push(pair),
  })
  // P0 has one trade in 100 ms, P11 one in 1200 ms.
  const sequencers = Array.from({ length: 12 }, (_, p) => {
    const sequencer = new TradeSequencer(`P${p}/USD`)
    sequencer.subscribed(START_MS)
    sequencer.awaitBeginning()
    const trades = Array.from({ length: 5 }, (_, i) => ({
      ...{ pair: sequencer.pair, trade_id: i + 1, side: null, price: '1', qty: '1' },
      timestamp_ms: START_MS + i * 100 * (p + 1),
    }))
    sequencer.offer({ trades, rejected: [] })
    return sequencer
  }).toReversed()
  for (let seconds = 0; seconds < 32; seconds++) {
    beginnings.look(sequencers, clock.wall())
    await clock.pass(SECOND_MS)
  }
  expect(asked).toEqual(Array.from({ length: 10 }, (_, p) => `P${p}/USD`))
  expect(given).toHaveLength(12)
})
