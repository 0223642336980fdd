import type { Faults } from '@candlewick/streams'
import { expect, it, vi } from 'vitest'
import { Refused } from '../src/owner.ts'
import { tradeText } from '../src/records.ts'
import { PAIRS, records, stop, type World, world } from './harness.ts'

const SECOND_MS = 1000

// Minutes of virtual time take seconds on an idle machine, and much longer on a busy one.
vi.setConfig({ testTimeout: 180_000 })

/** A number in [0, 1) that follows from the seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** From some operation on the process hangs for ever, like a killed process that nobody has noticed yet. */
function crashAfter(count: number): Partial<Faults> {
  let left = count
  return { step: () => (left-- > 0 ? Promise.resolve() : new Promise(() => {})) }
}

/** The broker fails now and then, before or after the request has taken effect. */
const unreliable = (random: () => number, rate: number): Partial<Faults> => ({
  step: async operation => {
    if (random() < rate) throw new Error(`${operation}: the broker is away`)
  },
})

async function expectEachTradeOnce(on: World, seed: number): Promise<void> {
  const all = (await records(on.cluster)).flat()
  for (const pair of PAIRS) {
    const own = all.filter(({ key }) => key === pair)
    const trades = own.filter(({ headers }) => !headers?.control).map(({ value }) => value?.toString() ?? '')
    const first = JSON.parse(trades[0] ?? '{}').trade_id
    expect(trades, `seed ${seed}`).toEqual(on.exchange.trades(pair, first, on.exchange.lastId(pair)).map(tradeText))
    expect(own.filter(({ headers }) => headers?.control === 'arrive')).toHaveLength(1)
    const late = own.filter(({ headers }) => headers?.control === 'gap')
    expect(late).toEqual([])
  }
}

async function finish(on: World, seed: number): Promise<void> {
  const last = on.ingestor()
  const running = last.run()
  await on.clock.pass(5 * SECOND_MS)
  on.exchange.time.speed = 0
  expect(await on.clock.pass(60 * SECOND_MS, () => last.ready() === undefined), `seed ${seed}: ${last.ready()}`).toBe(
    true,
  )
  await on.clock.pass(2 * SECOND_MS)
  await stop(on, last)
  await running
  await expectEachTradeOnce(on, seed)
}

it('continues from its cursor after a crash at any instruction', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = randomFrom(seed)
    const on = world({ seed, tickMs: 500, tradesPerSecond: 3 })
    for (let crash = 0; crash < 3; crash++) {
      // An ingestor that has not reached its crash when the next one starts finds that it was replaced.
      const crashing = on.ingestor({ faults: crashAfter(Math.floor(random() * 60)) })
      crashing.run().catch(error => expect(error).toBeInstanceOf(Refused))
      await on.clock.pass(random() * 10 * SECOND_MS)
    }
    await finish(on, seed)
  }
})

it('retries without limit while the broker fails, without losing or duplicating a trade', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const random = randomFrom(seed)
    const on = world({ seed, tickMs: 500, tradesPerSecond: 3 })
    const ingestor = on.ingestor({ faults: unreliable(random, 0.1) })
    const running = ingestor.run()
    await on.clock.pass(60 * SECOND_MS)
    await stop(on, ingestor)
    await running
    expect(on.events.some(({ type }) => type === 'failed')).toBe(true)
    await finish(on, seed)
  }
})

it('pauses the feed while the broker is unreachable for a long time, and has every trade afterwards', async () => {
  const on = world({ tradesPerSecond: 150, tickMs: 500 })
  let away = false
  const step = async () => {
    if (away) throw new Error('the broker is away')
  }
  const ingestor = on.ingestor({ faults: { step } })
  const running = ingestor.run()
  await on.clock.pass(5 * SECOND_MS)
  away = true
  await on.clock.pass(200 * SECOND_MS)
  expect(ingestor.ready()).toMatch(/cannot write: the broker is away/)
  away = false
  await on.clock.pass(60 * SECOND_MS)
  expect(ingestor.ready()).toBeUndefined()
  await stop(on, ingestor)
  await running
  await finish(on, 1)
})
