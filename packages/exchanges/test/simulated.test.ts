import { expect, it } from 'vitest'
import { EXCHANGES, SimulatedExchange, VirtualClock } from '../src/index.ts'

const START_MS = Date.UTC(2026, 5, 1)
const signal = new AbortController().signal

const exchange = (options: ConstructorParameters<typeof SimulatedExchange>[0] = {}) => {
  const clock = new VirtualClock(START_MS)
  const simulated = new SimulatedExchange({ clock, ...options })
  return { clock, simulated, history: EXCHANGES.kraken({ pairs: [], get: simulated.get, clock }).history }
}

it('serves the same history after a restart, and another one for another seed', () => {
  const id = exchange().simulated.lastId('BTC/USD')
  const list = (seed: number) => exchange({ seed }).simulated.trades('BTC/USD', id - 1000, id)
  expect(list(1)).toEqual(list(1))
  expect(list(2)).not.toEqual(list(1))
})

it.each(['BTC/USD', 'SHIB/EUR', 'ANY/THING'])('generates trades of %s that resemble a market’s', pair => {
  const { simulated } = exchange()
  const last = simulated.lastId(pair)
  const trades = simulated.trades(pair, last - 20_000, last)
  const seconds = ((trades.at(-1)?.timestamp_ms ?? 0) - (trades[0]?.timestamp_ms ?? 0)) / 1000
  expect(trades.length / seconds).toBeGreaterThan(5)
  const gaps = trades.slice(1).map((trade, i) => trade.timestamp_ms - (trades[i]?.timestamp_ms ?? 0))
  expect(Math.min(...gaps)).toBe(0)
  expect(Math.max(...gaps)).toBeGreaterThan(3000)
  expect(gaps.filter(gap => gap === 0).length / gaps.length).toBeGreaterThan(0.3)
  const returns = trades.slice(1).map((trade, i) => Math.log(Number(trade.price) / Number(trades[i]?.price)))
  const moment = (n: number) => returns.reduce((sum, r) => sum + r ** n, 0) / returns.length
  expect(moment(4) / moment(2) ** 2).toBeGreaterThan(3.3)
  expect(Math.max(...returns.map(Math.abs))).toBeLessThan(0.01)
  expect(new Set(trades.map(({ side }) => side))).toEqual(new Set(['buy', 'sell']))
})

it('finds the newest trade of any time', () => {
  const { simulated, clock } = exchange({ tradesPerSecond: 50 })
  const last = simulated.lastId('BTC/USD')
  const [before, after] = simulated.trades('BTC/USD', last, last + 1)
  expect(before?.timestamp_ms).toBeLessThanOrEqual(clock.wall())
  expect(after?.timestamp_ms).toBeGreaterThanOrEqual(clock.wall())
})

it('runs faster than the wall clock, but never gets ahead of it', async () => {
  const { simulated, clock } = exchange({ speed: 10, startMs: START_MS - 60_000 })
  expect(simulated.time.now()).toBe(START_MS - 60_000)
  await clock.pass(2000)
  expect(simulated.time.now()).toBe(START_MS - 40_000)
  simulated.time.speed = 1
  await clock.pass(1000)
  expect(simulated.time.now()).toBe(START_MS - 39_000)
  simulated.time.speed = 100
  await clock.pass(1000)
  expect(simulated.time.now()).toBe(clock.wall())
})

it('sends the trades of its pairs in the order of time, even if it sends them late', async () => {
  const { simulated, clock } = exchange({ speed: 100, startMs: START_MS - 3_600_000 })
  const told: { at: number; pong: boolean }[] = []
  const session = simulated.connect('ws://localhost/v2', {
    open: () => {},
    message: text => {
      const { channel, type, method, data, time_out } = JSON.parse(text)
      if (channel === 'trade' && type === 'update')
        told.push(...data.map(({ timestamp }: { timestamp: string }) => ({ at: Date.parse(timestamp), pong: false })))
      else if (method === 'pong') told.push({ at: Date.parse(time_out), pong: true })
    },
    closed: () => {},
  })
  session.send(JSON.stringify({ method: 'subscribe', params: { symbol: ['BTC/USD', 'ETH/USD', 'SOL/USD'] } }))
  for (let i = 0; i < 10; i++) {
    await clock.pass(95)
    session.send(JSON.stringify({ method: 'ping' }))
  }
  session.terminate()
  expect(told.filter(({ pong }) => pong)).toHaveLength(10)
  expect(told.length).toBeGreaterThan(1000)
  let newest = 0
  for (const { at, pong } of told) {
    expect(at).toBeGreaterThan(newest - (pong ? 1 : 250))
    newest = Math.max(newest, at)
  }
})

it('limits requests to one per second and pair, and waits longer after too many', async () => {
  const { simulated, clock } = exchange()
  const times: number[] = []
  const get: typeof simulated.get = (url, abort) => {
    times.push(clock.now())
    return simulated.get(url, abort)
  }
  const { history } = EXCHANGES.kraken({ pairs: [], get, clock })
  const outcomes: string[] = []
  simulated.fault('too-many-requests')
  for (let i = 0; i < 3; i++)
    void history.page('BTC/USD', { trade_id: null, timestamp_ms: START_MS - 1000 }, signal).then(
      () => outcomes.push('answered'),
      error => outcomes.push(error.message),
    )
  await clock.pass(30_000, () => outcomes.length === 3)
  expect(outcomes).toEqual([expect.stringMatching(/HTTP 429.*Too many requests/), 'answered', 'answered'])
  expect(times).toEqual([0, 10_000, 11_000])
})

it('sends at most twenty requests a second for several pairs, and temporarily fewer after too many', async () => {
  const { simulated, clock } = exchange()
  const asked: { at: number; pair: string | null }[] = []
  const get: typeof simulated.get = (url, abort) => {
    asked.push({ at: clock.now(), pair: new URL(url).searchParams.get('pair') })
    return simulated.get(url, abort)
  }
  const { history } = EXCHANGES.kraken({ pairs: [], get, clock })
  const ask = async (pair: string) => {
    for (let page = 0; page < 3; page++)
      await history.page(pair, { trade_id: null, timestamp_ms: START_MS - 1000 }, signal).catch(() => {})
  }
  const pairs = Array.from({ length: 20 }, (_, i) => `P${i}/USD`)
  for (const pair of pairs) void ask(pair)
  await clock.pass(8000)
  expect(asked).toHaveLength(60)
  // Sixty requests: a page of each pair takes a second.
  expect(asked.at(-1)?.at).toBeLessThan(3500)
  for (const [, own] of Map.groupBy(asked, ({ pair }) => pair))
    for (const [i, { at }] of own.entries()) if (i > 0) expect(at - (own[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(1000)
  for (const [i, { at }] of asked.entries()) if (i > 0) expect(at - (asked[i - 1]?.at ?? 0)).toBeGreaterThanOrEqual(50)
  asked.length = 0
  simulated.fault('too-many-requests')
  for (const pair of pairs) void ask(pair)
  await clock.pass(10_000)
  expect(asked.length).toBeLessThanOrEqual(2)
  await clock.pass(3000)
  const apart = asked.slice(3).map(({ at }, i) => at - (asked[i + 2]?.at ?? 0))
  expect(Math.min(...apart)).toBeGreaterThan(60)
})

it('generates a hundred times the trades at a pace of 100, and does not change past trades', async () => {
  const { clock, simulated } = exchange()
  const before = simulated.lastId('BTC/USD')
  const past = simulated.trades('BTC/USD', before - 500, before)
  const changedMs = clock.wall()
  simulated.pace = 100
  await clock.pass(60_000)
  const fast = simulated.lastId('BTC/USD') - before
  expect(fast).toBeGreaterThan(60 * 8 * 80)
  expect(fast).toBeLessThan(60 * 8 * 120)
  simulated.pace = 1
  await clock.pass(60_000)
  const last = simulated.lastId('BTC/USD')
  expect(last - before - fast).toBeLessThan(60 * 8 * 4)
  expect(simulated.trades('BTC/USD', before - 500, before)).toEqual(past)
  const trades = simulated.trades('BTC/USD', before + 1, last)
  expect(trades.every((t, i) => t.timestamp_ms >= (trades[i - 1]?.timestamp_ms ?? changedMs))).toBe(true)
  expect(trades.at(-1)!.timestamp_ms).toBeLessThanOrEqual(clock.wall())
  for (const { trade_id, timestamp_ms } of trades.slice(0, 3000))
    expect(simulated.lastIdBefore('BTC/USD', timestamp_ms + 1)).toBeGreaterThanOrEqual(trade_id)
})
