import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { type MemoryCluster, memoryLog } from '../src/index.ts'
import { type CountState, cluster, countingStream, TOPICS, values } from './counting.ts'

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f']

async function write(on: MemoryCluster, from: number, count: number, partitions: number): Promise<void> {
  const producer = await memoryLog(on).producer('writer')
  for (let i = from; i < from + count; i++) {
    const k = i % KEYS.length
    await producer.transact([{ topic: TOPICS.input, partition: k % partitions, key: KEYS[k]!, value: String(i) }])
  }
}

const expected = (count: number): Map<string, CountState> => {
  const states = new Map<string, CountState>()
  for (let i = 0; i < count; i++) {
    const key = KEYS[i % KEYS.length]!
    const s = states.get(key) ?? { n: 0, sum: 0 }
    states.set(key, { n: s.n + 1, sum: (s.sum * 31 + i) % 1_000_003 })
  }
  return states
}

it('processes each record once while instances come and go', async () => {
  const on = cluster(3)
  const first = countingStream(on)
  await first.start()
  await write(on, 0, 600, 3)
  const second = countingStream(on)
  await second.start()
  await write(on, 600, 600, 3)
  await first.stop()
  await write(on, 1200, 600, 3)
  await expect.poll(async () => (await values(on, TOPICS.output)).length, { timeout: 10_000 }).toBe(1800)
  await sleep(300)
  await second.stop()
  const outputs = await values<CountState & { key: string }>(on, TOPICS.output)
  expect(outputs).toHaveLength(1800)
  const last = new Map(outputs.map(({ key, n, sum }) => [key, { n, sum }]))
  expect(last).toEqual(expected(1800))
  expect(second.status()).toEqual([])
})

it('puts what it cannot process into the dead letters and goes on', async () => {
  const on = cluster(1)
  const stream = countingStream(on)
  await stream.start()
  const producer = await memoryLog(on).producer('writer')
  const record = (value: string, key: string | null = 'a') => ({ topic: TOPICS.input, partition: 0, key, value })
  await producer.transact([record('1'), record('"x"'), record('2', null), record('3')])
  await expect.poll(async () => (await values(on, TOPICS.output)).length).toBe(2)
  await stream.stop()
  expect(await values(on, TOPICS.deadLetters)).toEqual(['x', 2])
})
