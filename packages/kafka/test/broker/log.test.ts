import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeEach, expect, inject, it, onTestFinished, vi } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { kafkaLog } from '../../src/index.ts'
import { type Chunk, Fenced, type LogRecord, OffsetOutOfRange, type OutRecord } from '../../src/log.ts'

const brokers = inject('brokers').split(',')
const log = kafkaLog({ brokers, clientId: 'test' })
const admin = createClient({ brokers, clientId: 'test' }).admin()
let topic = ''
let id = ''
let tests = 0

beforeEach(async () => {
  topic = `log-${process.pid}-${Date.now()}-${tests++}`
  id = `${topic}-writer`
  await log.topics.create([{ name: topic, partitions: 1, config: {} }])
})

afterAll(async () => {
  await admin.disconnect()
  await log.close()
})

/** A batch that no broker accepts: the transaction fails after the batches before it. */
const tooLarge = (): OutRecord => record('x'.repeat(2_000_000))
const record = (value: string, partition = 0): OutRecord => ({ topic, partition, key: 'k', value })

async function readAll(partition = 0): Promise<LogRecord[]> {
  const { start, end } = await log.offsets(topic, partition)
  const found: LogRecord[] = []
  for await (const records of log.read(topic, partition, start, end)) found.push(...records)
  return found
}
const texts = (records: Iterable<LogRecord> = []) => [...records].map(r => String(r.value))

it('returns each record with its offset, key, headers and time', async () => {
  const producer = await log.producer(id)
  const before = Date.now() - 1
  expect(await producer.transact([{ ...record('a'), headers: { control: 'watermark' } }, record('b')])).toBe(0)
  const found = await readAll()
  expect(found.map(({ offset, key, value, headers }) => [offset, key, String(value), headers])).toEqual([
    [0, 'k', 'a', { control: 'watermark' }],
    [1, 'k', 'b', undefined],
  ])
  expect(found[0]!.timestamp).toBeGreaterThan(before)
  await producer.close()
})

it('returns no records of aborted transactions when two producers abort on one partition', async () => {
  const a = await log.producer(`${id}-a`)
  const b = await log.producer(`${id}-b`)
  await a.transact([record('a1')])
  await b.transact([record('b1')])
  await expect(a.transact([record('lost'), tooLarge()])).rejects.toThrow()
  await expect(b.transact([record('lost'), tooLarge()])).rejects.toThrow()
  const a2 = await log.producer(`${id}-a`)
  const b2 = await log.producer(`${id}-b`)
  await b2.transact([record('b2')])
  await a2.transact([record('a2')])
  expect(texts(await readAll())).toEqual(['a1', 'b1', 'b2', 'a2'])
  for (const producer of [a, b, a2, b2]) await producer.close()
})

it('fences the older producer of a transactional id and aborts its open transaction at once', async () => {
  const broken = await log.producer(id)
  await broken.transact([record('1')])
  await expect(broken.transact([record('open'), tooLarge()])).rejects.toThrow()
  const old = await log.producer(id)
  const newer = await log.producer(id)
  await expect(old.transact([record('zombie')])).rejects.toThrow(Fenced)
  await newer.transact([record('2')])
  expect(texts(await readAll())).toEqual(['1', '2'])
  for (const producer of [broken, old, newer]) await producer.close()
})

it('writes to a partition that was added after the producer asked for the topic’s partitions', async () => {
  const producer = await log.producer(id)
  await producer.transact([record('first')])
  await admin.connect()
  await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
  expect(await producer.transact([record('new', 2)])).toBe(0)
  expect(texts(await readAll(2))).toEqual(['new'])
  await producer.close()
})

it('reads a range to its end when the last transactions were aborted', async () => {
  const broken = await log.producer(id)
  await broken.transact([record('kept')])
  await expect(broken.transact([record('lost'), tooLarge()])).rejects.toThrow()
  const successor = await log.producer(id)
  expect(texts(await readAll())).toEqual(['kept'])
  for (const producer of [broken, successor]) await producer.close()
})

it('accepts no other transaction after one has failed', async () => {
  const producer = await log.producer(id)
  await expect(producer.transact([tooLarge()])).rejects.toThrow()
  await expect(producer.transact([record('1')])).rejects.toThrow(`The producer of ${id} is failed`)
  await producer.close()
})

it('writes more records than a batch may hold, in order', async () => {
  const producer = await log.producer(id)
  const values = Array.from({ length: 60 }, (_, i) => `${i} ${'x'.repeat(50_000)}`)
  const outgoing = log.outgoing()
  for (const value of values) outgoing.push(record(value))
  expect(outgoing.length).toBe(60)
  expect(await producer.transact([record('before')])).toBe(0)
  // After the first one's record and its commit marker.
  expect(await producer.transact(outgoing)).toBe(2)
  expect(texts(await readAll())).toEqual(['before', ...values])
  await producer.close()
})

it('follows a partition from an offset, past transaction markers and gaps', async () => {
  const producer = await log.producer(id)
  await producer.transact([record('0'), record('1')])
  let woken = 0
  const reader = log.reader(topic, 0, 1, () => woken++)
  const found: string[] = []
  let next = 0
  const until = async (count: number) => {
    for (let i = 0; i < 100 && found.length < count; i++) {
      const chunk = await reader.take(100)
      found.push(...texts(chunk?.records))
      next = chunk?.next ?? next
    }
  }
  await until(1)
  await producer.transact([record('2')])
  await until(2)
  expect(found).toEqual(['1', '2'])
  expect(next).toBe((await log.offsets(topic, 0)).end)
  expect(woken).toBeGreaterThan(0)
  reader.close()
  await producer.close()
})

it('reuses the memory of a response once the chunks of both its partitions are released', async () => {
  await log.topics.grow(topic, 2)
  const producer = await log.producer(id)
  const values = [0, 1].map(partition =>
    Array.from({ length: 120 }, (_, i) => `${partition} ${i} ${'x'.repeat(50_000)}`),
  )
  for (const [partition, of] of values.entries()) await producer.transact(of.map(value => record(value, partition)))
  const readers = values.map((_, partition) => log.reader(topic, partition, 0))
  const found: string[][] = [[], []]
  const memory = new Set<ArrayBufferLike>()
  let chunks = 0
  // The chunk of one partition is held on to while the other's come and go.
  let late: Chunk | undefined
  for (let i = 0; i < 200 && found.some(of => of.length < 120); i++) {
    const chunk = await readers[i % 2]!.take(100)
    if (!chunk) continue
    chunks++
    memory.add(chunk.records.at(0)!.bytes!.buffer)
    if (i % 2 === 0) {
      found[0]!.push(...texts(late?.records))
      late?.release?.()
      late = chunk
    } else {
      found[1]!.push(...texts(chunk.records))
      chunk.release?.()
    }
    if (found[0]!.length + (late?.records.length ?? 0) === 120) found[0]!.push(...texts(late!.records))
  }
  expect(found).toEqual(values)
  expect(memory.size).toBeLessThan(chunks)
  for (const reader of readers) reader.close()
  await producer.close()
})

it('waits for a partition that does not exist yet', async () => {
  const reader = log.reader(topic, 1, 0)
  expect(await reader.take(300)).toBeUndefined()
  await log.topics.grow(topic, 2)
  const producer = await log.producer(id)
  await producer.transact([record('first', 1)])
  expect(texts((await reader.take(10_000))?.records)).toEqual(['first'])
  reader.close()
  await producer.close()
})

it('names the start of the log when retention has deleted the requested records', async () => {
  const producer = await log.producer(id)
  await producer.transact([record('0'), record('1'), record('2')])
  await admin.connect()
  await admin.fetchTopicOffsets(topic)
  await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '2' }] })
  const reader = log.reader(topic, 0, 0)
  await sleep(300)
  expect(() => reader.poll()).toThrow(OffsetOutOfRange)
  await expect(log.read(topic, 0, 0, 3)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ start: 2 })
  reader.close()
  await producer.close()
})

it('names the topic of a record that is larger than the broker accepts', async () => {
  const producer = await log.producer(id)
  const large = Array.from({ length: 1_300_000 }, (_, i) => String.fromCharCode(33 + ((i * 7919) % 89))).join('')
  await expect(producer.transact([record(large)])).rejects.toMatchObject({ name: 'RecordTooLarge', topic })
  await producer.close()
})

it('names the start of the log when an offset past its end is requested', async () => {
  const producer = await log.producer(id)
  await producer.transact([record('0'), record('1')])
  const { start, end } = await log.offsets(topic, 0)
  const reader = log.reader(topic, 0, end + 10)
  await sleep(300)
  expect(() => reader.poll()).toThrow(expect.objectContaining({ name: 'OffsetOutOfRange', start }))
  reader.close()
  await producer.close()
})

it('grows a topic, never shrinks it, and counts no partitions of a topic that does not exist', async () => {
  const grown = await Promise.all([log.topics.grow(topic, 3), log.topics.grow(topic, 3)])
  expect(grown.toSorted()).toEqual([false, true])
  expect(await log.topics.grow(topic, 2)).toBe(false)
  expect(await log.topics.partitions([topic, 'no-such-topic'])).toEqual(
    new Map([
      [topic, 3],
      ['no-such-topic', 0],
    ]),
  )
})

it('creates a topic once when several do it at the same time', async () => {
  const spec = { name: `${topic}-race`, partitions: 2, config: { 'retention.ms': '1000000' } }
  await Promise.all([1, 2, 3].map(() => log.topics.create([spec])))
  expect((await log.topics.partitions([spec.name])).get(spec.name)).toBe(2)
})

it.each([-65, 65])(
  'stays a member, notices new partitions and writes while the wall clock is %i minutes off',
  async minutes => {
    const stamped = `${topic}-stamped`
    await log.topics.create([{ name: stamped, partitions: 1, config: { 'message.timestamp.type': 'LogAppendTime' } }])
    const own = kafkaLog({ brokers, clientId: 'test-member' })
    onTestFinished(() => own.close())
    const assigned: (readonly number[])[] = []
    let beats = 0
    await own.join({
      group: `${topic}-group`,
      topics: [stamped],
      companions: [],
      data: () => ({ own: [], gen: 0, load: {} }),
      onAssigned: partitions => assigned.push(partitions),
      onHeartbeat: () => beats++,
      assign: (count, [member]) => new Map([[member!.id, Array.from({ length: count }, (_, p) => p)]]),
    })
    const producer = await own.producer(id)
    await expect.poll(() => beats).toBeGreaterThan(1)
    const now = Date.now
    vi.spyOn(Date, 'now').mockImplementation(() => now() + minutes * 60_000)
    onTestFinished(() => void vi.restoreAllMocks())
    await producer.transact([{ topic: stamped, partition: 0, key: 'k', value: 'v' }])
    const before = beats
    // Longer than a session: a member that is silent for so long is removed.
    await sleep(7000)
    expect(beats - before).toBeGreaterThan(5)
    expect(assigned).toEqual([[0]])
    await log.topics.grow(stamped, 2)
    await expect.poll(() => assigned).toEqual([[0], [0, 1]])
    for await (const [written] of own.read(stamped, 0, 0, 1))
      expect(Math.abs(written!.timestamp - now())).toBeLessThan(60_000)
    await producer.close()
  },
)

it('commits offsets of a group through a membership, and returns the committed offsets', async () => {
  const assigned = Promise.withResolvers<void>()
  const membership = await log.join({
    group: id,
    topics: [topic],
    companions: [],
    data: () => ({ own: [], gen: 1, load: {} }),
    onAssigned: () => assigned.resolve(),
    onHeartbeat: () => {},
    assign: (count, members) => new Map(members.map(member => [member.id, Array.from({ length: count }, (_, p) => p)])),
  })
  onTestFinished(() => membership.leave())
  await assigned.promise
  await vi.waitFor(() => membership.commit([{ topic, partition: 0, offset: 7 }]), { timeout: 10_000 })
  expect((await log.describeGroup(id)).committed).toEqual([{ topic, partition: 0, offset: 7 }])
})

it('distinguishes a topic from another one that was created again under its name', async ({ skip }) => {
  const first = await log.topicId(topic)
  if (first === undefined) return skip('this broker has no topic ids')
  expect(first).toMatch(/^[0-9a-f]{32}$/)
  expect(await log.topicId(topic)).toBe(first)
  await admin.deleteTopics({ topics: [topic] })
  await expect.poll(async () => (await log.topics.partitions([topic])).get(topic), { timeout: 20_000 }).toBe(0)
  await log.topics.create([{ name: topic, partitions: 1, config: {} }])
  await expect.poll(() => log.topicId(topic), { timeout: 20_000 }).not.toBeUndefined()
  expect(await log.topicId(topic)).not.toBe(first)
})
