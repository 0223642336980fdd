import { expect, it } from 'vitest'
import { type Emit, type LogRecord, MemoryCluster, memoryLog, type Processor, Stream } from '../../src/index.ts'
import { counting, createTopics, groupOf, topicsOf, values } from '../counting.ts'

const POLL = { timeout: 20_000 }
interface LongState {
  texts: string[]
}

/** Remembers what it has read; `-` forgets it. */
const remembering: Processor<LongState> = {
  stateVersion: 1,
  configHash: 'remembering',
  initial: () => ({ texts: [] }),
  process(state: LongState, { value }: LogRecord, emit: Emit) {
    if (String(value) === '-') state.texts = []
    else state.texts.push(String(value))
    emit.output({ texts: state.texts.length })
  },
  control() {},
}

async function setUp() {
  const cluster = new MemoryCluster()
  const topics = topicsOf('t-')
  const log = memoryLog(cluster)
  await createTopics(log, topics, 1)
  const write = async (...texts: string[]) => {
    const producer = await log.producer('writer')
    for (const value of texts) await producer.transact([{ topic: topics.input, partition: 0, key: 'é', value }])
  }
  const run = async <State>(processor: Processor<State>, outputs: number) => {
    const options = { log, group: groupOf(topics), service: 'test', processor, topics, marksOutput: false }
    const stream = new Stream({ ...options, recordBytesMax: 100 })
    await stream.start()
    await expect.poll(async () => (await values(log, topics.output)).length, POLL).toBe(outputs)
    await stream.stop()
  }
  const kept = async () => {
    const { start, end } = await log.offsets(topics.changelog, 0)
    const latest = new Map<string, Buffer | null>()
    for await (const records of log.read(topics.changelog, 0, start, end))
      for (const { key, value } of records) latest.set(key!, value)
    return [...latest]
      .filter(([key, value]) => value && (key === 'é' || key.startsWith('\u0000part')))
      .map(([key]) => key)
  }
  return { log, topics, write, run, kept }
}

it('grow, survive restarts, and shrink again', async () => {
  const { log, topics, write, run, kept } = await setUp()
  await write('ü'.repeat(200), 'ä'.repeat(200))
  await run(remembering, 2)
  const parts = (await kept()).length
  expect(parts).toBeGreaterThan(8)
  await write('ö'.repeat(200))
  await run(remembering, 3)
  expect((await kept()).length).toBeGreaterThan(parts)
  await write('-', 'x')
  await run(remembering, 5)
  expect(await values(log, topics.output)).toEqual([1, 2, 3, 0, 1].map(texts => ({ texts })))
})

it('refuse to be restored without one of their parts', async () => {
  const { log, topics, write, run } = await setUp()
  await write('ü'.repeat(200))
  await run(remembering, 1)
  const producer = await log.producer('vandal')
  await producer.transact([{ topic: topics.changelog, partition: 0, key: '\u0000part/1/é', value: null }])
  const stream = new Stream({
    log,
    group: groupOf(topics),
    service: 'test',
    processor: counting,
    topics,
    marksOutput: false,
  })
  await stream.start()
  await expect(stream.done).rejects.toThrow(/-changelog\/0 lacks part 1 of \d+ of the state of é/)
  await stream.stop()
})
