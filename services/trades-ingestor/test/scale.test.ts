import { EXCHANGES, type History } from '@candlewick/exchanges'
import { expect, it } from 'vitest'
import { records, stop, world } from './harness.ts'

const SECOND_MS = 1000
const pairs = Array.from({ length: 500 }, (_, i) => `P${i}/USD`)

it('writes every trade of 500 pairs on several connections, one of which is lost', async () => {
  const on = world({ tradesPerSecond: 1, tickMs: 500, partitions: 4 })
  const ingestor = on.ingestor({ pairs })
  const running = ingestor.run()
  expect(await on.clock.pass(60 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
  await on.clock.pass(5 * SECOND_MS)
  on.exchange.fault('disconnect')
  await on.clock.pass(20 * SECOND_MS)
  expect(on.events.filter(({ type }) => type === 'disconnected')).toMatchObject([{ pairs: { length: 100 } }])
  expect(await on.clock.pass(120 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
  on.exchange.time.speed = 0
  await on.clock.pass(5 * SECOND_MS)
  await stop(on, ingestor)
  await running
  const written = Map.groupBy((await records(on.cluster)).flat(), ({ key }) => key)
  for (const pair of pairs) {
    const own = (written.get(pair) ?? []).filter(({ headers }) => !headers?.control)
    const ids = own.map(({ value }) => JSON.parse(String(value)).trade_id)
    const last = on.exchange.lastId(pair)
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => last - ids.length + 1 + i))
    expect(ids.length).toBeGreaterThanOrEqual(50)
  }
}, 120_000)

it('fetches the history once for each pair whose silent loss was longer than the snapshot, and reports its progress', async () => {
  const on = world({ tradesPerSecond: 20, tickMs: 500, partitions: 4 })
  const busy = pairs.slice(0, 100)
  let asked = 0
  const { history: real } = EXCHANGES.kraken({ pairs: busy, get: on.exchange.get, clock: on.clock })
  const history: History = {
    page: (...args) => {
      asked++
      return real.page(...args)
    },
  }
  const ingestor = on.ingestor({ pairs: busy, history })
  const running = ingestor.run()
  expect(await on.clock.pass(30 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
  await on.clock.pass(3 * SECOND_MS)
  expect(asked).toBe(0)
  on.exchange.fault('half-open')
  on.exchange.fault('too-many-requests')
  expect(await on.clock.pass(10 * SECOND_MS, () => ingestor.ready() !== undefined)).toBe(true)
  expect(ingestor.ready()).toMatch(/^the feed is lost or a gap is being filled: (P\d+\/USD, ){9}P\d+\/USD and 90 more$/)
  expect(await on.clock.pass(30 * SECOND_MS, () => ingestor.ready() === undefined)).toBe(true)
  // For a few pairs with less trades the snapshot was enough.
  expect(asked).toBeGreaterThan(80)
  expect(asked).toBeLessThan(115)
  expect(on.events.filter(({ type }) => type === 'recovering')).toContainEqual(
    expect.objectContaining({ lacking: expect.any(Number), buffered: expect.any(Number) }),
  )
  expect(on.events.filter(({ type }) => type === 'recovered')).toMatchObject([{ pairs: 100 }])
  await stop(on, ingestor)
  await running
  const written = Map.groupBy((await records(on.cluster)).flat(), ({ key }) => key)
  for (const pair of busy) {
    const own = (written.get(pair) ?? []).filter(({ headers }) => !headers?.control)
    const ids = own.map(({ value }) => JSON.parse(String(value)).trade_id)
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => ids[0] + i))
  }
  expect((await records(on.cluster)).flat().filter(({ headers }) => String(headers?.control) === 'gap')).toEqual([])
}, 120_000)

it('works beside another ingestor with other pairs', async () => {
  const on = world({ tradesPerSecond: 5 })
  const groups = [
    { group: 'one', pairs: ['BTC/USD', 'ETH/USD'] },
    { group: 'two', pairs: ['SOL/USD', 'XRP/USD'] },
  ]
  const both = groups.map(own => on.ingestor(own))
  const running = both.map(ingestor => ingestor.run())
  await on.clock.pass(60 * SECOND_MS)
  expect(both.map(ingestor => ingestor.ready())).toEqual([undefined, undefined])
  for (const ingestor of both) await stop(on, ingestor)
  await Promise.all(running)
  const all = (await records(on.cluster)).flat().filter(({ headers }) => !headers?.control)
  for (const pair of groups.flatMap(({ pairs: own }) => own)) {
    const ids = all.filter(({ key }) => key === pair).map(({ value }) => JSON.parse(String(value)).trade_id)
    expect(ids.length).toBeGreaterThan(200)
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => ids[0] + i))
  }
})
