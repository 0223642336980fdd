import { expect, it } from 'vitest'
import { MemoryCluster, memoryLog, systemClock } from '../../src/index.ts'
import { fingerprintOf, sameFingerprint } from '../../src/state/input-marks.ts'
import { InputIdentity } from '../../src/task/input-identity.ts'
import { countingStream, createTopics, topicsOf, values } from '../counting.ts'
import { identitySuite, withoutTopicIds } from '../identity-suite.ts'

const cluster = new MemoryCluster()
identitySuite(
  () => memoryLog(cluster),
  async topic => cluster.delete(topic),
)

const POLL = { timeout: 20_000 }

/** A group that has read three records of its input. */
async function readThree() {
  const cluster = new MemoryCluster()
  const topics = topicsOf('t-')
  const log = memoryLog(cluster)
  await createTopics(log, topics, 1)
  const write = async (...texts: string[]) => {
    const producer = await log.producer('writer')
    for (const value of texts) await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value }])
  }
  const count = async () => (await values(log, topics.output)).length
  await write('1', '2', '3')
  const stream = countingStream(log, topics)
  await stream.start()
  await expect.poll(count, POLL).toBe(3)
  await stream.stop()
  return { cluster, topics, log, write, count }
}

it('continues after retention has deleted the last record that was read', async () => {
  const { cluster, topics, log, write, count } = await readThree()
  await write('4')
  cluster.partition(topics.input, 0).truncate(6)
  for (const client of [log, withoutTopicIds(log)]) {
    const stream = countingStream(client, topics)
    await stream.start()
    await expect.poll(count, POLL).toBe(4)
    await stream.stop()
  }
})

it('refuses another topic although retention has deleted the record that distinguishes it', async () => {
  const { cluster, topics, log, write } = await readThree()
  cluster.delete(topics.input)
  cluster.grow(topics.input, 1)
  await write('4', '5', '6', '7')
  cluster.partition(topics.input, 0).truncate(6)
  const stream = countingStream(log, topics)
  await stream.start()
  await expect(stream.done).rejects.toThrow(/whose topic id was \d+ and is \d+: the topic was deleted and made again/)
  await stream.stop()
})

it('continues in a topic with another id that has the record, because it was restored from a backup', async () => {
  const { cluster, topics, log, write, count } = await readThree()
  const old = cluster.partition(topics.input, 0)
  const records = old.chunk(0, 100)!.records
  cluster.delete(topics.input)
  cluster.grow(topics.input, 1)
  const restored = cluster.partition(topics.input, 0)
  for (const { key, value, timestamp } of records) {
    const { id } = cluster.initProducer('restore')
    cluster.begin(id)
    id.open!.touched.add(restored)
    restored.append({ topic: topics.input, partition: 0, key, value }, timestamp, id.open!.transaction)
    cluster.end(id, 'committed')
  }
  await write('4')
  const stream = countingStream(log, topics)
  await stream.start()
  await expect.poll(count, POLL).toBe(4)
  await stream.stop()
})

it('compares the record from before the first of several interruptions', async () => {
  const { cluster, topics, log } = await readThree()
  const options = { log: withoutTopicIds(log), clock: systemClock, partition: 0, changelog: topics.changelog, topics }
  const identity = await InputIdentity.of(options, null)
  const readAll = (interrupted: boolean) =>
    identity.read('input', { ...cluster.partition(topics.input, 0).chunk(0, 100)!, interrupted })
  readAll(false)
  await identity.confirm()
  cluster.delete(topics.input)
  cluster.grow(topics.input, 1)
  const producer = await log.producer('other')
  for (const value of ['4', '5', '6', '7', '8']) {
    await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value }])
    readAll(true)
  }
  await expect(identity.confirm()).rejects.toThrow('was deleted and made again while it was read')
})

it('compares the last record before records that were read again are committed, though the reader was not interrupted', async () => {
  const { cluster, topics, log } = await readThree()
  const options = { log: withoutTopicIds(log), clock: systemClock, partition: 0, changelog: topics.changelog, topics }
  const identity = await InputIdentity.of(options, null)
  identity.read('input', cluster.partition(topics.input, 0).chunk(0, 100)!)
  cluster.delete(topics.input)
  cluster.grow(topics.input, 1)
  const producer = await log.producer('other')
  for (const value of ['4', '5', '6']) await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value }])
  await identity.confirm()
  identity.suspect('input')
  await expect(identity.confirm()).rejects.toThrow('was deleted and made again while it was read')
})

it.each([
  ['', false],
  [', also if the task found nothing to read at first', true],
])(
  'compares the last record before the first commit, because the topic may be made again before the first read%s',
  async (_, isIdle) => {
    const { cluster, topics, log } = await readThree()
    const options = { log: withoutTopicIds(log), clock: systemClock, partition: 0, changelog: topics.changelog, topics }
    const before = await InputIdentity.of(options, null)
    before.read('input', cluster.partition(topics.input, 0).chunk(0, 100)!)
    const stored = { positions: { input: 6, handovers: 0 }, marks: before.marks }
    const identity = await InputIdentity.of(options, stored)
    if (isIdle) await identity.confirm()
    cluster.delete(topics.input)
    cluster.grow(topics.input, 1)
    const producer = await log.producer('other')
    for (const value of ['4', '5', '6', '7'])
      await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value }])
    identity.read('input', cluster.partition(topics.input, 0).chunk(6, 100)!)
    await expect(identity.confirm()).rejects.toThrow('was deleted and made again while it was read')
  },
)

it('reads positions without fingerprints, as version 0.1 wrote them', async () => {
  const { topics, log, write, count } = await readThree()
  const producer = await log.producer('older')
  const value = JSON.stringify({ v: 1, input: 6, handovers: 0 })
  await producer.transact([{ topic: topics.changelog, partition: 0, key: '\u0000position', value }])
  await write('4')
  const stream = countingStream(log, topics)
  await stream.start()
  await expect.poll(count, POLL).toBe(4)
  await stream.stop()
})

it('distinguishes records by offset, time, key, value and headers', () => {
  const record = { offset: 1, timestamp: 2, key: 'a', value: Buffer.from('b'), headers: { c: 'd' } }
  const others = [
    { offset: 2 },
    { timestamp: 3 },
    { key: 'b' },
    { key: null },
    { value: Buffer.from('c') },
    { value: null },
    { value: Buffer.alloc(0) },
    { headers: {} },
  ]
  const same = (other: object) => sameFingerprint(fingerprintOf(record), fingerprintOf({ ...record, ...other }))
  expect(same({ value: Buffer.from('b') })).toBe(true)
  expect(others.filter(same)).toEqual([])
  expect(
    sameFingerprint(fingerprintOf({ ...record, value: null }), fingerprintOf({ ...record, value: Buffer.alloc(0) })),
  ).toBe(false)
})
