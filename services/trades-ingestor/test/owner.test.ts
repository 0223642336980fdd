import type { Clock } from '@candlewick/exchanges'
import { memoryLog } from '@candlewick/streams'
import { expect, it } from 'vitest'
import { Refused } from '../src/owner.ts'
import { PAIRS, runFor, stop, TOPICS, tradeTexts, world } from './harness.ts'

const SECOND_MS = 1000
const outcome = (running: Promise<void>) =>
  running.then(
    () => 'ended',
    error => error,
  )

/** The world's clock with a wrong wall clock. */
const offBy = (minutes: number, { clock }: ReturnType<typeof world>): Clock => ({
  now: () => clock.now(),
  wall: () => clock.wall() + minutes * 60 * SECOND_MS,
  sleep: (ms, signal) => clock.sleep(ms, signal),
})

async function expectNoneDoubled(on: ReturnType<typeof world>): Promise<void> {
  for (const pair of PAIRS) {
    const ids = (await tradeTexts(on.cluster, pair)).map(text => JSON.parse(text).trade_id)
    expect(ids).toEqual(Array.from({ length: ids.length }, (_, i) => ids[0] + i))
  }
}

it('refuses the cursor of another exchange, and names both exchanges', async () => {
  const on = world()
  await runFor(on, 3 * SECOND_MS)
  const other = outcome(on.ingestor({ exchange: 'simulated', pairs: ['XRP/USD'] }).run())
  await on.clock.pass(3 * SECOND_MS)
  const error = await other
  expect(error).toBeInstanceOf(Refused)
  expect(String(error)).toMatch(/EXCHANGE=simulated: the cursor of .* is from kraken.*TOPIC_PREFIX=simulated-/)
})

it('refuses cursors that a newer ingestor has written', async () => {
  const on = world()
  const log = memoryLog(on.cluster)
  const producer = await log.producer('newer')
  await producer.transact([{ topic: TOPICS.cursors.name, partition: 0, key: 'BTC/USD', value: '{"v":2,"more":1}' }])
  const refused = outcome(on.ingestor().run())
  await on.clock.pass(SECOND_MS)
  expect(String(await refused)).toMatch(
    'trades-ingestor-cursors has cursors of version 2, but this ingestor knows only versions up to 1',
  )
})

it('refuses pairs that another ingestor writes, names both ingestors, and takes the pairs when the other one has ended', async () => {
  const on = world()
  const first = on.ingestor({ group: 'one', owner: 'one@a:1' })
  const running = first.run()
  await on.clock.pass(30 * SECOND_MS)
  const second = on.ingestor({ group: 'two', owner: 'two@b:2', pairs: ['XRP/USD', 'BTC/USD'] })
  const refused = outcome(second.run())
  await on.clock.pass(3 * SECOND_MS)
  expect(String(await refused)).toMatch(
    /PAIRS=XRP\/USD,BTC\/USD: BTC\/USD is written by one@a:1, which gave a sign of life \d+ s ago; this one is two@b:2\. End one/,
  )
  expect(first.ready()).toBeUndefined()
  await stop(on, first)
  await running
  await runFor(on, 5 * SECOND_MS, on.ingestor({ group: 'two', owner: 'two@b:3' }))
  await expectNoneDoubled(on)
})

it('lets only one of two ingestors win that start at the same time for the same pairs', async () => {
  const on = world()
  const both = [on.ingestor({ group: 'one' }), on.ingestor({ group: 'two' })]
  const outcomes = both.map(ingestor => outcome(ingestor.run()))
  await on.clock.pass(10 * SECOND_MS)
  expect(both.filter(ingestor => ingestor.ready() === undefined)).toHaveLength(1)
  for (const ingestor of both) await stop(on, ingestor)
  expect((await Promise.all(outcomes)).filter(result => result instanceof Refused)).toHaveLength(1)
  await expectNoneDoubled(on)
})

it('takes over at once from an ingestor of its own group, which ends when it notices', async () => {
  const on = world()
  const old = on.ingestor({ owner: 'trades-ingestor@a:1' })
  const ended = outcome(old.run())
  await on.clock.pass(5 * SECOND_MS)
  const young = on.ingestor({ owner: 'trades-ingestor@b:2' })
  const running = young.run()
  await on.clock.pass(10 * SECOND_MS)
  expect(String(await ended)).toMatch(/CONSUMER_GROUP=trades-ingestor: trades-ingestor@b:2 .* took over from .*@a:1/)
  expect(young.ready()).toBeUndefined()
  await stop(on, young)
  await running
  await expectNoneDoubled(on)
})

it('takes over the pairs of another group’s owner that has been silent for long', async () => {
  const on = world()
  let alive = true
  const step = () => (alive ? Promise.resolve() : new Promise<void>(() => {}))
  void on.ingestor({ group: 'one', faults: { step } }).run()
  await on.clock.pass(5 * SECOND_MS)
  alive = false
  await on.clock.pass(30 * SECOND_MS)
  await runFor(on, 5 * SECOND_MS, on.ingestor({ group: 'two' }))
  await expectNoneDoubled(on)
})

it.each([-65, 65])('counts an owner whose clock is off by %i minutes as alive', async minutes => {
  const on = world()
  const owner = on.ingestor({ group: 'one', clock: offBy(minutes, on) })
  const running = owner.run()
  await on.clock.pass(30 * SECOND_MS)
  const refused = outcome(on.ingestor({ group: 'two' }).run())
  await on.clock.pass(3 * SECOND_MS)
  expect(await refused).toBeInstanceOf(Refused)
  await stop(on, owner)
  await running
  await expectNoneDoubled(on)
})

it('counts an owner as alive, independently of the clock of a starting ingestor', async () => {
  const on = world()
  const owner = on.ingestor({ group: 'one' })
  const running = owner.run()
  await on.clock.pass(30 * SECOND_MS)
  const refused = outcome(on.ingestor({ group: 'two', clock: offBy(65, on) }).run())
  await on.clock.pass(3 * SECOND_MS)
  expect(await refused).toBeInstanceOf(Refused)
  await stop(on, owner)
  await running
  await expectNoneDoubled(on)
})
