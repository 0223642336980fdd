import { afterEach, expect, it } from 'vitest'
import type { Log, Stream } from '../src/index.ts'
import {
  type CountState,
  countingStream,
  createTopics,
  groupOf,
  type TestTopics,
  topicsOf,
  values,
} from './counting.ts'

const POLL = { timeout: 30_000, interval: 50 }
const LONG = 60_000
let tests = 0

/** @returns the log of a broker that has no topic ids. */
export const withoutTopicIds = (log: Log): Log =>
  new Proxy(log, {
    get(target, name) {
      if (name === 'topicId') return async () => undefined
      const value = Reflect.get(target, name) as unknown
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

/**
 * Tests of a group whose input is deleted and made again, on every implementation of the log. @param makeLog opens a client
 * of the same cluster at each call
 * @param remove deletes a topic, and resolves when no client finds it any more
 */
export function identitySuite(makeLog: () => Log, remove: (topic: string) => Promise<void>): void {
  const open: { log: Log; stream: Stream<CountState> }[] = []

  afterEach(async () => {
    for (const { log, stream } of open.splice(0)) {
      await stream.stop()
      await log.close()
    }
  })

  const setUp = async (client: (log: Log) => Log) => {
    const topics = topicsOf(`id${process.pid}-${Date.now()}-${tests++}-`)
    const log = makeLog()
    await createTopics(log, topics, 1)
    const start = async () => {
      const own = makeLog()
      const stream = countingStream(client(own), topics)
      open.push({ log: own, stream })
      await stream.start()
      return stream
    }
    return { topics, log, start, write: (count: number) => write(log, topics, count) }
  }

  const write = async (log: Log, { input }: TestTopics, count: number) => {
    const producer = await log.producer(`${input}-writer`)
    for (let i = 0; i < count; i++)
      await producer.transact([{ topic: input, partition: 0, key: 'a', value: String(i) }])
    await producer.close()
  }

  const made = async (log: Log, name: string) => {
    await remove(name)
    await log.topics.create([{ name, partitions: 1, config: {} }])
  }

  it.each([
    ['by its id', (log: Log) => log],
    ['by its last record, where the broker has no topic ids', withoutTopicIds],
  ])(
    'refuses an input that was made again and has grown beyond the position, %s',
    async (_, client) => {
      const { topics, log, start, write } = await setUp(client)
      await write(3)
      const first = await start()
      await expect.poll(async () => (await values(log, topics.output)).length, POLL).toBe(3)
      await first.stop()
      await made(log, topics.input)
      await write(9)
      const second = await start()
      await expect(second.done).rejects.toThrow(`of ${topics.input}/0, whose `)
      expect(await values(log, topics.output)).toHaveLength(3)
      await log.close()
    },
    LONG,
  )

  it(
    'refuses it while it runs, too, and publishes nothing more',
    async () => {
      const { topics, log, start, write } = await setUp(log => log)
      await write(3)
      const stream = await start()
      await expect.poll(async () => (await values(log, topics.output)).length, POLL).toBe(3)
      const refused = expect(stream.done).rejects.toThrow(`of ${topics.input}/0, `)
      await made(log, topics.input)
      await write(9)
      await refused
      await stream.stop()
      expect(await values(log, topics.output)).toHaveLength(3)
      await log.close()
    },
    LONG,
  )

  it(
    'refuses to publish everything again when its changelog was deleted, and begins in another group',
    async () => {
      const { topics, log, start, write } = await setUp(log => log)
      await write(3)
      const first = await start()
      await expect.poll(async () => (await values(log, topics.output)).length, POLL).toBe(3)
      await first.stop()
      await made(log, topics.changelog)
      await write(1)
      const second = await start()
      await expect(second.done).rejects.toThrow(
        `${topics.changelog}/0 has no position, but the group ${groupOf(topics)} has read ${topics.input}/0 up to offset `,
      )
      expect(await values(log, topics.output)).toHaveLength(3)
      await log.close()
    },
    LONG,
  )

  it(
    'goes on in the same topic after each restart',
    async () => {
      const { topics, log, start, write } = await setUp(log => log)
      for (let round = 1; round <= 3; round++) {
        await write(2)
        const stream = await start()
        await expect.poll(async () => (await values(log, topics.output)).length, POLL).toBe(2 * round)
        await stream.stop()
      }
      await log.close()
    },
    LONG,
  )
}
