import type { LogRecord } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { murmur2Placement } from '../src/placement.ts'
import { jsonOf, PAIRS, records, runFor, stop, TOPICS, type World, world } from './harness.ts'

const SECOND_MS = 1000
const FOUR = [...PAIRS, 'SOL/USD']

/** Follows a pair from its birth through its moves, as a reader does. @returns its trade ids and the partitions */
async function follow(on: World, pair: string): Promise<{ ids: number[]; path: number[] }> {
  const partitions = (await records(on.cluster)).map(all => all.filter(({ key }) => key === pair))
  const ids: number[] = []
  const path: number[] = []
  let at = partitions.findIndex(own => own.some(r => r.headers?.control === 'arrive' && jsonOf(r).from === null))
  for (let epoch = 0; at >= 0; epoch++) {
    const own = partitions[at] ?? []
    const from = path.at(-1) ?? null
    const arrive = own.findIndex(r => r.headers?.control === 'arrive' && jsonOf(r).epoch[0] === epoch)
    expect(jsonOf(own[arrive] as LogRecord)).toMatchObject({ pair, epoch: [epoch, 0], from })
    path.push(at)
    const rest = own.slice(arrive + 1)
    const move = rest.findIndex(r => r.headers?.control === 'move')
    const tenure = move < 0 ? rest : rest.slice(0, move)
    ids.push(...tenure.filter(r => !r.headers?.control).map(r => jsonOf(r).trade_id))
    const left = rest[move]
    if (left) expect(jsonOf(left).epoch).toEqual([epoch + 1, 0])
    at = left ? jsonOf(left).to : -1
  }
  return { ids, path }
}

async function cursorsOf(on: World): Promise<Map<string, { route: { partition: number; partitions: number } }>> {
  const [all = []] = await records(on.cluster, TOPICS.cursors.name)
  return new Map(all.map(record => [record.key ?? '', jsonOf(record)]))
}

it('writes the markers of a move before the first record on an added partition', async () => {
  const on = world({ partitions: 1 })
  const ingestor = on.ingestor({ pairs: FOUR })
  const running = ingestor.run()
  await on.clock.pass(10 * SECOND_MS)
  on.cluster.grow(TOPICS.trades.name, 2)
  await on.clock.pass(10 * SECOND_MS)
  on.cluster.grow(TOPICS.trades.name, 4)
  await on.clock.pass(10 * SECOND_MS)
  await stop(on, ingestor)
  await running
  const lasts = []
  for (const pair of FOUR) {
    const { ids, path } = await follow(on, pair)
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => (ids[0] ?? 0) + i))
    expect(ids.length).toBeGreaterThan(200)
    expect(path[0]).toBe(0)
    lasts.push(path.at(-1))
  }
  expect(lasts.sort()).toEqual([0, 1, 2, 3])
  const moves = on.events.flatMap(event => (event.type === 'written' ? event.moves : []))
  expect(moves.length).toBeLessThanOrEqual(4)
})

it('refuses a topic of trades that was made again with fewer partitions, before and while it runs', async () => {
  const on = world({ partitions: 3 })
  const ingestor = on.ingestor({ pairs: FOUR })
  const running = ingestor.run()
  await on.clock.pass(5 * SECOND_MS)
  on.cluster.delete(TOPICS.trades.name)
  on.cluster.grow(TOPICS.trades.name, 1)
  const refusal =
    'TRADES_TOPIC=trades: has 1 partition, but had 3 when its cursors were written: it was deleted and made again'
  const refused = expect(running).rejects.toThrow(refusal)
  await on.clock.pass(60 * SECOND_MS)
  await refused
  const again = expect(on.ingestor({ pairs: FOUR }).run()).rejects.toThrow(refusal)
  await on.clock.pass(60 * SECOND_MS)
  await again
})

it('waits for a broker that does not know all partitions yet', async () => {
  const on = world({ partitions: 3 })
  await runFor(on, 5 * SECOND_MS, on.ingestor({ pairs: FOUR }))
  on.cluster.delete(TOPICS.trades.name)
  on.cluster.grow(TOPICS.trades.name, 1)
  const ingestor = on.ingestor({ pairs: FOUR })
  const running = ingestor.run()
  await on.clock.pass(2 * SECOND_MS)
  on.cluster.grow(TOPICS.trades.name, 3)
  await on.clock.pass(10 * SECOND_MS)
  await stop(on, ingestor)
  await running
  expect((await records(on.cluster)).flat().length).toBeGreaterThan(0)
})

it('notices partitions that were added while it was not running', async () => {
  const on = world({ partitions: 1 })
  await runFor(on, 5 * SECOND_MS, on.ingestor({ pairs: FOUR }))
  on.cluster.grow(TOPICS.trades.name, 2)
  await runFor(on, 5 * SECOND_MS, on.ingestor({ pairs: FOUR }))
  const paths = []
  for (const pair of FOUR) paths.push((await follow(on, pair)).path.length)
  expect(paths.sort()).toEqual([1, 1, 2, 2])
  for (const { route } of (await cursorsOf(on)).values()) expect(route.partitions).toBe(2)
})

it('moves no pair twice when it crashes on the way', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const on = world({ partitions: 1, tickMs: 500, tradesPerSecond: 2, seed })
    let left = 3 + seed
    let grown = false
    const step = async () => {
      if (grown && left-- === 0) await new Promise(() => {})
    }
    const crashing = on.ingestor({ pairs: FOUR, faults: { step } }).run()
    crashing.catch(() => {})
    await on.clock.pass(2 * SECOND_MS)
    grown = true
    on.cluster.grow(TOPICS.trades.name, 3)
    await on.clock.pass((seed % 7) * 300)
    on.exchange.cut()
    await runFor(on, 5 * SECOND_MS, on.ingestor({ pairs: FOUR }))
    for (const pair of FOUR) {
      const { ids } = await follow(on, pair)
      expect(ids, `seed ${seed}`).toEqual(Array.from({ length: ids.length }, (_, i) => (ids[0] ?? 0) + i))
      const all = (await records(on.cluster)).flat().filter(r => r.key === pair && !r.headers?.control)
      expect(all, `seed ${seed}`).toHaveLength(ids.length)
    }
  }
})

it('places pairs by their hash with PLACEMENT=murmur2', async () => {
  const on = world({ partitions: 2 })
  await runFor(on, 3 * SECOND_MS, on.ingestor({ pairs: FOUR, place: murmur2Placement }))
  const cursors = await cursorsOf(on)
  expect(FOUR.map(pair => cursors.get(pair)?.route.partition)).toEqual(
    FOUR.map(pair => murmur2Placement([{ pair, partition: null, rate: 0 }], 2, () => true).get(pair)),
  )
  expect(cursors.get('BTC/USD')?.route.partition).toBe(cursors.get('ETH/USD')?.route.partition)
})
