import { describe, expect, it, onTestFinished } from 'vitest'
import {
  type Log,
  MemoryCluster,
  memoryLog,
  moveRecords,
  type OutRecord,
  StateRefused,
  Stream,
} from '../../src/index.ts'
import { createTopics, groupOf, topicsOf, values } from '../counting.ts'
import { VERSIONS } from '../versions.ts'

const POLL = { timeout: 20_000 }
const topics = topicsOf('')
const REFUSED =
  /^g-changelog\/0 has states of version 3, but this service knows only versions up to 2\. Nothing is lost: run the newer version/

/** A log with two partitions, and what it takes to run releases of a service on it. */
async function setUp() {
  const cluster = new MemoryCluster()
  const log = memoryLog(cluster)
  await createTopics(log, topics, 2)
  const start = async (version: number) => {
    const processor = VERSIONS[version - 1]!
    const options = { log: memoryLog(cluster), group: groupOf(topics), processor, service: 'test', topics }
    const stream = new Stream({ ...options, marksOutput: false })
    onTestFinished(() => stream.stop())
    await stream.start()
    return stream
  }
  return { cluster, log, start }
}

async function write(log: Log, ...records: Omit<OutRecord, 'topic'>[]): Promise<void> {
  const producer = await log.producer('writer')
  await producer.transact(records.map(record => ({ topic: topics.input, ...record })))
}

const data = (value: number, partition = 0) => ({ partition, key: 'a', value: String(value) })
/** A control record as version 0.1 wrote it: its content is the value. */
const mark = (partition: number, control: string, value: object) => ({
  partition,
  key: 'a',
  value: JSON.stringify({ pair: 'a', ...value }),
  headers: { control },
})
const birth = mark(0, 'arrive', { epoch: [0, 0], from: null })
const MOVE = [mark(1, 'arrive', { epoch: [1, 0], from: 0 }), mark(0, 'move', { epoch: [1, 0], to: 1 })]

const counts = async (log: Log) => (await values<{ n: number }>(log, topics.output)).map(({ n }) => n)
const refusal = (stream: Stream<unknown>) =>
  stream.done.then(
    () => 'ended',
    error => error,
  )

describe('a newer service', () => {
  it('reads the states of an older one through every upgrade in between', async () => {
    const { log, start } = await setUp()
    for (const version of [1, 3]) {
      const stream = await start(version)
      await write(log, ...(version === 1 ? [birth] : []), data(7), data(8))
      await expect.poll(async () => (await counts(log)).length, POLL).toBe(version === 1 ? 2 : 4)
      await stream.stop()
    }
    expect(await counts(log)).toEqual([1, 2, 3, 4])
  })

  it('reads the states of an older one when keys move to it', async () => {
    const { log, start } = await setUp()
    const old = await start(1)
    await write(log, birth, data(7), ...MOVE.slice(1))
    await expect.poll(async () => (await values(log, topics.changelog)).length, POLL).toBeGreaterThan(1)
    await old.stop()
    const newer = await start(2)
    await write(log, MOVE[0]!, data(8, 1))
    await expect.poll(() => counts(log), POLL).toEqual([1, 2])
    await newer.stop()
    await expect(newer.done).resolves.toBeUndefined()
  })

  it('follows a key through the markers of a 0.1 writer, and then through those of an upgraded one', async () => {
    const { cluster, log, start } = await setUp()
    const stream = await start(1)
    await write(log, birth, data(1), ...MOVE, data(2, 1))
    const route = (n: number, partition: number) => ({ partition, epoch: [n, 0] as const, partitions: 2 })
    const moved = (n: number, from: number, to: number) =>
      moveRecords(topics.input, 'a', route(n, from), route(n + 1, to))
    await write(log, ...moved(1, 1, 0), data(3), ...moved(2, 0, 1), data(4, 1))
    await expect.poll(async () => (await counts(log)).sort(), POLL).toEqual([1, 2, 3, 4])
    expect(cluster.partition(topics.deadLetters, 0).end, 'nothing was rejected').toBe(0)
    await stream.stop()
  })

  it('reads states without a version as version 1', async () => {
    const { log, start } = await setUp()
    const held = { route: null, state: { n: 5, sum: 1 } }
    const residency = { epoch: null, from: null, start: 0, held, reread: null, end: null, to: null, next_epoch: null }
    const entry = { config: 'counting', left: null, early: [], tenures: [residency] }
    const record = (key: string, value: object) => ({ partition: 0, key, value: JSON.stringify(value) })
    const stored = [record('a', entry), record('\u0000position', { input: 0, handovers: 0 })]
    const producer = await log.producer('older')
    await producer.transact(stored.map(r => ({ topic: topics.changelog, ...r })))
    await start(2)
    await write(log, data(7))
    await expect.poll(() => counts(log), POLL).toEqual([6])
  })
})

describe('an older service', () => {
  it('ends without writing anything when it finds newer states, and a newer service continues', async () => {
    const { cluster, log, start } = await setUp()
    const newer = await start(3)
    await write(log, birth, data(7))
    await expect.poll(() => counts(log), POLL).toEqual([1])
    await newer.stop()
    const older = await start(2)
    const error = await refusal(older)
    expect(error).toBeInstanceOf(StateRefused)
    expect(error.message).toMatch(REFUSED)
    expect(older.ready()).toEqual({ ok: false, reason: expect.stringContaining('partitions being restored: 0') })
    const end = () => cluster.partition(topics.changelog, 0).end
    const before = end()
    await write(log, data(8))
    // Longer than a task waits at first before it tries again what failed.
    await new Promise(resolve => setTimeout(resolve, 500))
    expect(end(), 'it neither tries again nor writes').toBe(before)
    await older.stop()
    await start(3)
    await expect.poll(() => counts(log), POLL).toEqual([1, 2])
  })

  it('ends when a newer one hands a key over to it, and the newer one takes over its partitions', async () => {
    const { log, start } = await setUp()
    const older = await start(1)
    await expect.poll(() => older.ready().ok, POLL).toBe(true)
    const newer = await start(2)
    await expect.poll(() => newer.status().map(task => task.partition), POLL).toHaveLength(1)
    const [from = 0] = newer.status().map(task => task.partition)
    const to = 1 - from
    await write(log, mark(from, 'arrive', { epoch: [0, 0], from: null }), data(7, from))
    await expect.poll(() => counts(log), POLL).toEqual([1])
    const moved = [mark(to, 'arrive', { epoch: [1, 0], from }), mark(from, 'move', { epoch: [1, 0], to })]
    await write(log, ...moved, data(8, to))
    const error = await refusal(older)
    expect(error.message).toMatch(
      `g-handovers/${to} has states of version 2, but this service knows only versions up to`,
    )
    await older.stop()
    await expect.poll(async () => (await counts(log)).sort(), POLL).toEqual([1, 2])
    expect(newer.ready()).toEqual({ ok: true })
  })

  it('refuses a changelog of another layout', async () => {
    const { log, start } = await setUp()
    const producer = await log.producer('newer')
    const value = JSON.stringify({ v: 3, whatever: 1 })
    await producer.transact([{ topic: topics.changelog, partition: 1, key: '\u0000position', value }])
    const stream = await start(1)
    expect((await refusal(stream)).message).toMatch('g-changelog/1 has records of version 3')
  })
})
