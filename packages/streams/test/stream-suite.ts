import { afterEach, expect, it } from 'vitest'
import { GroupTaken, type Headers, type Log, type LogRecord, type Stream } from '../src/index.ts'
import {
  type CountState,
  countingStream,
  createTopics,
  groupOf,
  type TestTopics,
  topicsOf,
  values,
} from './counting.ts'

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f']

const expected = (count: number): Map<string, CountState> => {
  const states = new Map<string, CountState>()
  for (let i = 0; i < count; i++) {
    const key = KEYS[i % KEYS.length]!
    const s = states.get(key) ?? { n: 0, sum: 0 }
    states.set(key, { n: s.n + 1, sum: (s.sum * 31 + i) % 1_000_003 })
  }
  return states
}

/** Tests of a stream on every implementation of the log; each call of `makeLog` opens a client of the same cluster. */
export function streamSuite(makeLog: () => Log): void {
  const open: { log: Log; stream: Stream<CountState> }[] = []
  let topics: TestTopics
  let suites = 0

  const begin = async (partitions: number): Promise<Log> => {
    topics = topicsOf(`t${process.pid}-${Date.now()}-${suites++}-`)
    const log = makeLog()
    await createTopics(log, topics, partitions)
    return log
  }
  const instance = async (own: Parameters<typeof countingStream>[2] = {}) => {
    const log = makeLog()
    const stream = countingStream(log, topics, own)
    open.push({ log, stream })
    await stream.start()
    return stream
  }
  const write = async (log: Log, from: number, count: number, partitions: number) => {
    const producer = await log.producer(`${topics.input}-writer`)
    for (let i = from; i < from + count; i += 20) {
      const record = (n: number) => {
        const k = n % KEYS.length
        return { topic: topics.input, partition: k % partitions, key: KEYS[k]!, value: String(n) }
      }
      await producer.transact(Array.from({ length: 20 }, (_, j) => record(i + j)))
    }
    await producer.close()
  }

  afterEach(async () => {
    for (const { log, stream } of open.splice(0)) {
      await stream.stop()
      await log.close()
    }
  })

  it('processes each record once while instances come and go', async () => {
    const log = await begin(3)
    const first = await instance()
    await write(log, 0, 600, 3)
    const second = await instance()
    await write(log, 600, 600, 3)
    await first.stop()
    await write(log, 1200, 600, 3)
    await expect.poll(async () => (await values(log, topics.output)).length, { timeout: 15_000 }).toBe(1800)
    await second.stop()
    const outputs = await values<CountState & { key: string }>(log, topics.output)
    expect(outputs).toHaveLength(1800)
    expect(new Map(outputs.map(({ key, n, sum }) => [key, { n, sum }]))).toEqual(expected(1800))
    expect(second.status()).toEqual([])
    await log.close()
  })

  it('refuses a second service in its group by name, and continues', async () => {
    const log = await begin(1)
    const first = await instance()
    await expect.poll(() => first.ready().ok, { timeout: 15_000 }).toBe(true)
    const message = `The consumer group ${groupOf(topics)} is used by test on ${topics.input}; give each service its own`
    await expect(instance({ service: 'another' })).rejects.toThrow(message)
    await write(log, 0, 60, 1)
    await expect.poll(async () => (await values(log, topics.output)).length, { timeout: 15_000 }).toBe(60)
    await log.close()
  })

  it('ends one of two services that join its group at the same time', async () => {
    const log = await begin(2)
    const [a, b] = [makeLog(), makeLog()].map((own, i) => {
      const both = { log: own, stream: countingStream(own, topics, { service: `service-${i}` }) }
      open.push(both)
      return both.stream
    }) as [Stream<CountState>, Stream<CountState>]
    // Neither sees the other before it joins, unless the broker is quick.
    const ends = [a, b].map(async stream => {
      await stream.start()
      await stream.done
    })
    const refused = await Promise.race(ends.map(end => end.catch((error: unknown) => error)))
    expect(refused).toBeInstanceOf(GroupTaken)
    const { service } = (refused as GroupTaken).by
    const [prevailing, other] = service === 'service-0' ? [a, b] : [b, a]
    await other.stop()
    await write(log, 0, 120, 2)
    await expect.poll(() => prevailing.ready().ok, { timeout: 15_000 }).toBe(true)
    await expect.poll(async () => (await values(log, topics.output)).length, { timeout: 15_000 }).toBe(120)
    await log.close()
  })

  it('puts records that it cannot process into the dead letters and continues', async () => {
    const log = await begin(1)
    const stream = await instance()
    const producer = await log.producer(`${topics.input}-writer`)
    const record = (value: string, key: string | null = 'a') => ({ topic: topics.input, partition: 0, key, value })
    await producer.transact([record('1'), record('"x"'), record('2', null), record('3')])
    await producer.close()
    await expect.poll(async () => (await values(log, topics.output)).length, { timeout: 10_000 }).toBe(2)
    await stream.stop()
    expect(await values(log, topics.deadLetters)).toEqual(['x', 2])
    await log.close()
  })

  it('adds the headers of trace propagation to outputs', async () => {
    const log = await begin(1)
    const seen: string[] = []
    let from: string | undefined
    let committed = 0
    const tracing = () => ({
      record: (key: string, { headers }: LogRecord) => {
        seen.push(key)
        from = headers?.traceparent
      },
      output: (key: string) => (from === undefined ? undefined : { traceparent: `${from}-${key}` }),
      written: () => {
        committed = seen.length
      },
    })
    await instance({ tracing })
    const producer = await log.producer(`${topics.input}-writer`)
    const record = (key: string, headers?: Headers) => ({ topic: topics.input, partition: 0, key, value: '1', headers })
    await producer.transact([record('a', { traceparent: 'x' }), record('b'), record('c', { traceparent: 'y' })])
    await producer.close()
    await expect.poll(() => committed, { timeout: 10_000 }).toBe(3)
    const { start, end } = await log.offsets(topics.output, 0)
    const headers: unknown[] = []
    for await (const chunk of log.read(topics.output, 0, start, end)) headers.push(...chunk.map(r => r.headers))
    expect(headers).toEqual([{ traceparent: 'x-a' }, undefined, { traceparent: 'y-c' }])
    expect(seen).toEqual(['a', 'b', 'c'])
    await log.close()
  })

  it('describes the members of a group, their partitions and the committed offsets', async () => {
    const log = await begin(3)
    await instance()
    await instance()
    await write(log, 0, 60, 3)
    const committed = async () => {
      const positions = (await log.describeGroup(groupOf(topics))).committed.filter(c => c.topic === topics.input)
      return positions.reduce((sum, { offset }) => sum + offset, 0)
    }
    await expect.poll(committed, { timeout: 15_000 }).toBeGreaterThanOrEqual(60)
    const { state, members } = await log.describeGroup(groupOf(topics))
    expect(state).toBe('Stable')
    expect(members.map(({ data }) => data.http_url)).toEqual(['http://127.0.0.1:1', 'http://127.0.0.1:1'])
    expect(members.flatMap(({ assigned }) => assigned[topics.input] ?? []).sort()).toEqual([0, 1, 2])
    expect((await log.describeGroup('nobody')).members).toEqual([])
    await log.close()
  })
}
