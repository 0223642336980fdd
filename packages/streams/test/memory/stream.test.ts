import { describe, expect, it } from 'vitest'
import { type Faults, MemoryCluster, memoryLog, Stream, type StreamEvent, systemClock } from '../../src/index.ts'
import { counting, countingStream, createTopics, groupOf, topicsOf, values } from '../counting.ts'
import { streamSuite } from '../stream-suite.ts'

const cluster = new MemoryCluster()
streamSuite(() => memoryLog(cluster))

const POLL = { timeout: 20_000 }

describe('a task', () => {
  const setUp = async (faults: Partial<Faults> = {}) => {
    const cluster = new MemoryCluster()
    const topics = topicsOf(`t${Math.random()}-`)
    const log = memoryLog(cluster)
    await createTopics(log, topics, 1)
    const events: StreamEvent[] = []
    const observe = (event: StreamEvent) => void events.push(event)
    const stream = countingStream(memoryLog(cluster, faults), topics, { observe })
    const write = async (value: string) => {
      const producer = await log.producer('writer')
      await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value }])
    }
    const happened = (type: StreamEvent['type']) => events.filter(e => e.type === type)
    await stream.start()
    await expect.poll(() => stream.ready().ok, POLL).toBe(true)
    return { cluster, topics, log, stream, write, happened }
  }

  it('that was fenced can be stopped though no heartbeat is answered', async () => {
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

  it('goes on where the log starts when retention has cut its inputs', async () => {
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
      partition.cut(partition.end)
      cluster.end(id, 'committed')
    }
    await write('2')
    await expect.poll(async () => (await values(log, topics.output)).length, POLL).toBe(2)
    expect(happened('cut').map(e => 'topic' in e && e.topic)).toEqual(
      expect.arrayContaining([topics.input, topics.handovers]),
    )
    expect(happened('failed')).toEqual([])
    await stream.stop()
  })

  it('closes what is idle by the time of the log, wherever its own clock is', async () => {
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

  it('says how long it has been waiting for a state', async () => {
    const { topics, log, stream } = await setUp()
    const producer = await log.producer('writer')
    const value = JSON.stringify({ pair: 'a', epoch: [1, 0], from: 0 })
    await producer.transact([{ topic: topics.input, partition: 0, key: 'a', value, headers: { control: 'arrive' } }])
    await expect.poll(() => stream.status()[0]?.awaiting, POLL).toBe(1)
    await expect.poll(() => stream.status()[0]?.awaitingMs, POLL).toBeGreaterThan(0)
    await stream.stop()
  })
})
