import { describe, expect, it } from 'vitest'
import {
  type Faults,
  type Headers,
  type Log,
  type LogRecord,
  MemoryCluster,
  memoryLog,
  Stream,
  type StreamEvent,
  systemClock,
} from '../../src/index.ts'
import { counting, countingStream, createTopics, groupOf, type TestTopics, topicsOf, values } from '../counting.ts'
import { streamSuite } from '../stream-suite.ts'

const cluster = new MemoryCluster()
streamSuite(() => memoryLog(cluster))

const POLL = { timeout: 20_000 }

describe('a task', () => {
  const setUp = async (faults: Partial<Faults> = {}, clock = systemClock, processor = counting) => {
    const cluster = new MemoryCluster(clock)
    const topics = topicsOf(`t${Math.random()}-`)
    const log = memoryLog(cluster)
    await createTopics(log, topics, 1)
    const events: StreamEvent[] = []
    const observe = (event: StreamEvent) => void events.push(event)
    const stream = countingStream(memoryLog(cluster, faults), topics, { observe, clock, processor })
    const write = async (value: string, headers?: Headers) => {
      const producer = await log.producer('writer')
      await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value, headers }])
    }
    const happened = (type: StreamEvent['type']) => events.filter(e => e.type === type)
    await stream.start()
    await expect.poll(() => stream.ready().ok, POLL).toBe(true)
    return { cluster, topics, log, stream, write, happened }
  }

  it('can be stopped after it was fenced, though no heartbeat is answered', async () => {
    let silent = false
    const { cluster, topics, stream, write, happened } = await setUp({
      step: async operation => {
        if (silent && operation === 'heartbeat') throw new Error('no broker answers')
      },
    })
    silent = true
    cluster.initProducer(`${topics.changelog.replace('-changelog', '')}-${topics.input}-0`)
    await write('1')
    await expect.poll(() => happened('fenced').length, POLL).toBe(1)
    await stream.stop()
    expect(stream.status()).toEqual([])
  })

  it.each([
    ['gathers rows of the past for a second while they come', -3_600_000, [1, 5]],
    ['commits rows at once that are new', 0, [15, 30]],
    ['commits rows at once of which it is not known when they were due', undefined, [15, 30]],
  ] as const)('%s', async (_, ageMs, [atLeast, atMost]) => {
    const dueMs = ageMs === undefined ? undefined : () => Date.now() + ageMs
    const { topics, log, stream, write, happened } = await setUp({}, systemClock, {
      ...counting,
      ...(dueMs && { dueMs }),
    })
    for (let i = 0; i < 30; i++) {
      await write(String(i))
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    await expect.poll(async () => (await values(log, topics.output)).length, POLL).toBe(30)
    const commits = happened('committed').filter(event => 'outputs' in event && event.outputs > 0).length
    expect(commits).toBeGreaterThanOrEqual(atLeast)
    expect(commits).toBeLessThanOrEqual(atMost)
    await stream.stop()
  })

  it('counts records that wait behind an open transaction of another producer as lag', async () => {
    const { cluster, topics, stream, write } = await setUp()
    const lag = () => stream.status()[0]?.lag
    await write('1')
    await expect.poll(lag, POLL).toBe(0)
    const { id } = cluster.initProducer('another')
    cluster.begin(id)
    const partition = cluster.partition(topics.input, 0)
    id.open!.touched.add(partition)
    partition.append({ topic: topics.input, partition: 0, key: 'z', value: '1' }, 0, id.open!.transaction)
    for (const value of ['2', '3', '4']) await write(value)
    expect(lag()).toBe(7)
    cluster.end(id, 'aborted')
    await expect.poll(lag, POLL).toBe(0)
    await stream.stop()
  })

  it('refuses an input that was deleted and made again, and never reads it at the old offset', async () => {
    const { topics, log, stream, write } = await setUp()
    for (const value of ['1', '2', '3']) await write(value)
    await expect.poll(async () => (await values(log, topics.output)).length, POLL).toBe(3)
    await stream.stop()
    // The same changelog, and a shorter input of the same name.
    const again = new MemoryCluster()
    const other = memoryLog(again)
    await createTopics(other, topics, 1)
    const producer = await other.producer('copy')
    const { start, end } = await log.offsets(topics.changelog, 0)
    for await (const records of log.read(topics.changelog, 0, start, end))
      await producer.transact(records.map(({ key, value }) => ({ topic: topics.changelog, partition: 0, key, value })))
    await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value: '9' }])
    const second = countingStream(other, topics)
    await second.start()
    const message = `${topics.changelog}/0 continues at offset 6 of ${topics.input}/0, which ends at 2: the topic was deleted and made again`
    await expect(second.done).rejects.toThrow(message)
    await second.stop()
    expect(await values(other, topics.output)).toEqual([])
  }, 30_000)

  it('continues at the start of the log when retention has deleted records of its inputs', async () => {
    const { cluster, topics, log, stream, write, happened } = await setUp()
    await write('1')
    await expect.poll(async () => (await values(log, topics.output)).length, POLL).toBe(1)
    for (const topic of [topics.input, topics.handovers]) {
      const partition = cluster.partition(topic, 0)
      const { id } = cluster.initProducer('cutter')
      cluster.begin(id)
      id.open!.touched.add(partition)
      for (let i = 0; i < 5; i++)
        partition.append({ topic, partition: 0, key: 'a', value: 'x' }, 0, id.open!.transaction)
      partition.truncate(partition.end)
      cluster.end(id, 'committed')
    }
    await write('2')
    await expect.poll(async () => (await values(log, topics.output)).length, POLL).toBe(2)
    expect(happened('truncated').map(e => 'topic' in e && e.topic)).toEqual(
      expect.arrayContaining([topics.input, topics.handovers]),
    )
    expect(happened('failed')).toEqual([])
    await stream.stop()
  })

  it('closes idle windows by the time of the log, even if its own clock is wrong', async () => {
    const cluster = new MemoryCluster()
    const topics = topicsOf('')
    const log = memoryLog(cluster)
    await createTopics(log, topics, 1)
    const asked: number[] = []
    const idleWatermark = (_: unknown, atMs: number) => {
      asked.push(atMs - Date.now())
      return null
    }
    const stream = new Stream({
      log,
      clock: { ...systemClock, wall: () => Date.now() + 65 * 60_000 },
      group: groupOf(topics),
      service: 'test',
      topics,
      processor: { ...counting, idleWatermark },
      closeAfterIdleMs: 100,
      marksOutput: false,
    })
    await stream.start()
    const producer = await log.producer('writer')
    await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value: '1' }])
    await expect.poll(() => asked.length, POLL).toBeGreaterThan(0)
    expect(Math.abs(asked[0]!)).toBeLessThan(10_000)
    await stream.stop()
  })

  it('closes the windows of an idle key one after another: a watermark that it appends itself does not count as activity', async () => {
    const topics = topicsOf('')
    const log = memoryLog()
    await createTopics(log, topics, 1)
    // Stands still but for what the test puts it forward by: a tick too many would be a watermark too many.
    let nowMs = performance.now()
    let heard = 0
    const stream = new Stream({
      log,
      clock: {
        ...systemClock,
        now: () => nowMs,
        sleep: ms => systemClock.sleep(Math.min(ms, 10)),
      },
      group: groupOf(topics),
      service: 'test',
      topics,
      processor: { ...counting, idleWatermark: (_, atMs) => atMs, control: () => void heard++ },
      closeAfterIdleMs: 60_000,
      marksOutput: false,
    })
    await stream.start()
    const producer = await log.producer('writer')
    await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value: '1' }])
    await expect.poll(async () => (await values(log, topics.output)).length, POLL).toBe(1)
    expect(heard).toBe(0)
    for (const watermarks of [1, 2]) {
      nowMs += watermarks === 1 ? 61_000 : 2_000
      await expect.poll(() => heard, POLL).toBe(watermarks)
    }
    await stream.stop()
  })

  it('shows unfinished outputs after it has committed the final ones, not together with them', async () => {
    const topics = { ...topicsOf(''), live: 'live' }
    const log = memoryLog()
    await createTopics(log, topics, 1)
    await log.topics.create([{ name: topics.live, partitions: 1, config: {} }])
    let aheadMs = 0
    const outputs: number[] = []
    const stream = new Stream({
      log,
      clock: { ...systemClock, now: () => performance.now() + aheadMs },
      group: groupOf(topics),
      service: 'test',
      topics,
      processor: { ...counting, live: state => [state] },
      commitIntervalMs: 60_000,
      marksOutput: false,
      observe: event => void (event.type === 'committed' && outputs.push(event.outputs)),
    })
    await stream.start()
    await expect.poll(() => stream.ready().ok, POLL).toBe(true)
    const producer = await log.producer('writer')
    // Two things are due when the record comes: a commit, because nothing else can be read, and a check of handovers in progress.
    aheadMs += 5000
    await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value: '1' }])
    await expect.poll(() => values<{ n: number }>(log, topics.live), POLL).toMatchObject([{ n: 1 }])
    expect(outputs.filter(count => count > 0)).toEqual([1, 1])
    await stream.stop()
  })

  describe('that reads the number of a partition that does not exist', () => {
    const setUpAhead = async () => {
      let aheadMs = 0
      const clock = { ...systemClock, now: () => performance.now() + aheadMs, wall: () => Date.now() + aheadMs }
      const passMs = (ms: number) => {
        aheadMs += ms
      }
      return { ...(await setUp({}, clock)), passMs }
    }
    const mark = (fields: object) => JSON.stringify({ pair: 'a', epoch: [1, 0], ...fields })
    /** Of the dead letters so far. */
    const details = async (log: Log, { deadLetters }: TestTopics) => {
      const { end } = await log.offsets(deadLetters, 0)
      const dead: LogRecord[] = []
      for await (const records of log.read(deadLetters, 0, 0, end)) dead.push(...records)
      return dead.map(({ headers }) => headers?.detail)
    }
    const NO_SUCH = 'control record: partition 9 does not exist, there are 1'

    it('puts a move to it into the dead letters once every broker would know the partition, and continues with the key', async () => {
      const { topics, log, stream, write, happened, passMs } = await setUpAhead()
      await write('1')
      await expect.poll(() => values(log, topics.output), POLL).toHaveLength(1)
      await write(mark({ to: 9 }), { control: 'move' })
      await write('2')
      await expect.poll(() => happened('failed').length, POLL).toBeGreaterThan(3)
      expect(await values(log, topics.deadLetters)).toEqual([])
      passMs(11_000)
      await expect.poll(() => values<{ n: number }>(log, topics.output), POLL).toHaveLength(2)
      expect((await values<{ n: number }>(log, topics.output)).map(({ n }) => n)).toEqual([1, 2])
      expect(await details(log, topics)).toEqual([NO_SUCH])
      await stream.stop()
    })

    it('puts a move to it into the dead letters while the key still awaits its state', async () => {
      const { topics, log, stream, write, happened, passMs } = await setUpAhead()
      await write(mark({ from: 0 }), { control: 'arrive' })
      await write('1')
      await write(mark({ epoch: [1, 1], to: 9 }), { control: 'move' })
      await write('2')
      await expect.poll(() => happened('failed').length, POLL).toBeGreaterThan(3)
      passMs(11_000)
      await expect.poll(() => details(log, topics), POLL).toEqual([NO_SUCH])
      passMs(31_000)
      await expect.poll(() => values<{ n: number }>(log, topics.output), POLL).toMatchObject([{ n: 1 }, { n: 2 }])
      await stream.stop()
    })

    it('starts a key without a state if the key names it as its former partition', async () => {
      const { topics, log, stream, write, happened, passMs } = await setUpAhead()
      await write(mark({ from: 9 }), { control: 'arrive' })
      await write('1')
      await expect.poll(() => stream.status()[0]?.awaitingMs, POLL).toBeGreaterThan(0)
      passMs(31_000)
      await expect.poll(() => values(log, topics.output), POLL).toHaveLength(1)
      expect(happened('failed')).toEqual([])
      expect(happened('counted').some(e => 'name' in e && e.name === 'states_lost')).toBe(true)
      await stream.stop()
    })
  })

  it('reports how long it has been waiting for a state', async () => {
    const { topics, log, stream } = await setUp()
    const producer = await log.producer('writer')
    const value = JSON.stringify({ pair: 'a', epoch: [1, 0], from: 0 })
    await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value, headers: { control: 'arrive' } }])
    await expect.poll(() => stream.status()[0]?.awaiting, POLL).toBe(1)
    await expect.poll(() => stream.status()[0]?.awaitingMs, POLL).toBeGreaterThan(0)
    await stream.stop()
  })
})
