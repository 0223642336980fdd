import { EXCHANGE_NAMES, type FaultRates, REST_FAULTS, SOCKET_FAULTS } from '@candlewick/exchanges'
import { afterAll, expect, inject, it, vi } from 'vitest'
import { tradeText } from '../src/records.ts'
import { jsonOf, records, START_MS, stop, type World, world } from './harness.ts'

/** A busy pair and a quiet one. */
const PAIRS = ['BTC/USD', 'DOGE/EUR']
const MINUTE_MS = 60_000
/** Time in which a pair has its feed again, with one or two faults on the way. */
const JOIN_MS = 25_000
/** Silent loss of the newest trade cannot be told from a quiet market: watermarks may pass it then. */
const SILENT = ['drop', 'gap', 'half-open']

/** Each plan has some of the faults with random probabilities, and depends only on the seed. */
function plan(seed: number): FaultRates {
  const chosen = [...SOCKET_FAULTS, ...REST_FAULTS].filter((_, i) => ((seed * 2654435761) >>> (i % 30)) & 1)
  const rate = [0.005, 0.02, 0.06][seed % 3] ?? 0
  const often: FaultRates = Object.fromEntries(chosen.map(fault => [fault, rate]))
  return { ...often, ...Object.fromEntries(REST_FAULTS.filter(f => chosen.includes(f)).map(f => [f, 0.1])) }
}

/**
 * Checks that every trade of the exchange from the first written one on is there once, in order, and that no watermark
 * passes a later trade.
 */
async function check(on: World, seed: number, silent: boolean): Promise<void> {
  const all = (await records(on.cluster)).flat()
  for (const pair of PAIRS) {
    const own = all.filter(({ key }) => key === pair)
    const trades = own.filter(({ headers }) => !headers?.control).map(({ value }) => value?.toString() ?? '')
    const last = on.exchange.lastId(pair)
    const first = trades[0] === undefined ? last + 1 : JSON.parse(trades[0]).trade_id
    // When a subscription starts without the last trades, a quiet pair may have no trade for a while.
    if (first > last) expect(on.exchange.trades(pair, last, last)[0]?.timestamp_ms).toBeLessThan(START_MS + JOIN_MS)
    expect(
      own.filter(({ headers }) => headers?.control === 'gap'),
      `seed ${seed}`,
    ).toEqual([])
    expect(trades, `seed ${seed}`).toEqual(on.exchange.trades(pair, first, first + trades.length - 1).map(tradeText))
    expect(first + trades.length - 1, `seed ${seed} ${pair}`).toBe(last)
    let promised = 0
    for (const record of own) {
      const { watermark_ms, timestamp_ms } = jsonOf(record)
      const { headers } = record
      if (headers?.control === 'watermark') promised = watermark_ms
      else if (!headers?.control && !silent) expect(timestamp_ms, `seed ${seed}`).toBeGreaterThanOrEqual(promised)
    }
  }
}

/** The jitter of backoffs depends on the seed as well, so that a failing seed fails again. */
function seedJitter(seed: number): void {
  let state = seed
  vi.spyOn(Math, 'random').mockImplementation(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  })
}

afterAll(() => {
  vi.restoreAllMocks()
})

async function trial(seed: number): Promise<void> {
  seedJitter(seed)
  const faultRates = plan(seed)
  const spoken = EXCHANGE_NAMES[seed % EXCHANGE_NAMES.length] ?? 'kraken'
  const on = world({ seed, spoken, faultRates, tradesPerSecond: 2, tickMs: 500, rates: { 'DOGE/EUR': 0.02 } })
  const ingestor = on.ingestor({ pairs: PAIRS })
  const running = ingestor.run()
  await on.clock.pass(0.7 * MINUTE_MS)
  on.exchange.faults.end()
  on.exchange.time.speed = 0
  const silent = SILENT.some(fault => fault in faultRates)
  // A trade that was lost silently, and that no other trade follows, is noticed at the next connection.
  if (silent) on.exchange.cut()
  await on.clock.pass(1000)
  const settled = await on.clock.pass(3 * MINUTE_MS, () => ingestor.ready() === undefined)
  expect(settled, `seed ${seed}: ${ingestor.ready()}`).toBe(true)
  // Messages that were reordered, stalled or slowed need time to arrive.
  await on.clock.pass('drip' in faultRates ? MINUTE_MS : 12_000)
  await stop(on, ingestor)
  await running
  await check(on, seed, silent)
}

const { first, last } = inject('exploration').faultPlans
const PLANS_PER_TEST = 100
const starts = Array.from(
  { length: Math.ceil((last - first + 1) / PLANS_PER_TEST) },
  (_, i) => first + i * PLANS_PER_TEST,
)

it.each(starts.map(start => [start, Math.min(last, start + PLANS_PER_TEST - 1)]))(
  'ends with the exchange’s list of trades after fault plans %i to %i',
  async (from, to) => {
    for (let seed = from; seed <= to; seed++) await trial(seed)
  },
  300_000,
)
