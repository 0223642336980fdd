import { expect, it } from 'vitest'
import type { Api } from '../../src/apis/api.ts'
import type { ProduceRequest } from '../../src/apis/produce-v3.ts'
import { BatchLimits } from '../../src/client/batch-limits.ts'
import { BatchSender } from '../../src/client/batch-sender.ts'
import type { Connection, TopicPartition } from '../../src/client/connection.ts'
import { OutgoingBatches } from '../../src/client/outgoing-batches.ts'
import { RecordTooLarge } from '../../src/log.ts'

const IDENTITY = { transactionalId: 'id', producerId: '1', producerEpoch: 0 }
const QUICK = { firstWaitMs: 1, mostWaitMs: 1, withinMs: 500 }
const NOT_LEADER = 6
const MESSAGE_TOO_LARGE = 10

/** @returns the error code of each partition, or throws: what a broker does at its attempt, from 1 on. */
type Script = (broker: number, attempt: number) => Promise<Record<number, number> | undefined>

/** A cluster with the given leaders of topic `t`, whose brokers do what the script says. */
function cluster(leaders: Record<number, number>, script: Script) {
  const written: string[] = []
  const attempts = new Map<number, number>()
  const connection: Pick<Connection, 'byLeader' | 'broker' | 'recover' | 'send'> = {
    async byLeader<P extends TopicPartition>(partitions: readonly P[]) {
      const known = partitions.filter(({ partition }) => leaders[partition] !== undefined)
      return Map.groupBy(known, ({ partition }) => leaders[partition]!)
    },
    broker: async nodeId => ({ nodeId }) as never,
    recover: async () => {},
    async send<Q, R>({ nodeId }: { nodeId: string | number }, _: Api<Q, R>, request: Q) {
      const broker = Number(nodeId)
      const attempt = (attempts.get(broker) ?? 0) + 1
      attempts.set(broker, attempt)
      const codes = await script(broker, attempt)
      const partitions = (request as ProduceRequest).topics.flatMap(of => of.partitions)
      return partitions.map(({ partition, firstSequence }) => {
        const errorCode = codes?.[partition] ?? 0
        if (errorCode === 0) written.push(`${partition}@${firstSequence} by ${broker}`)
        return { topic: 't', partition, errorCode, baseOffset: 7 }
      }) as R
    },
  }
  const limits = new BatchLimits()
  const sender = new BatchSender(connection as Connection, IDENTITY, QUICK, limits)
  const send = (partitions = Object.keys(leaders).map(Number), records = 1) => {
    const outgoing = new OutgoingBatches(limits)
    for (const partition of partitions)
      for (let i = 0; i < records; i++) outgoing.push({ topic: 't', partition, key: 'k', value: 'v' })
    return sender.send([...outgoing.sends()][0]!)
  }
  return { send, written, leaders, limits }
}

const away = () => Promise.reject(Object.assign(new Error('away'), { name: 'KafkaJSConnectionError', retriable: true }))
const later = () => new Promise<undefined>(resolve => setTimeout(resolve, 20, undefined))

it('writes nothing twice when one of several brokers fails while the others are still writing', async () => {
  const { send, written } = cluster({ 0: 1, 1: 2 }, (broker, attempt) =>
    broker === 1 && attempt === 1 ? away() : later(),
  )
  expect(await send()).toBe(7)
  expect(written.sort()).toEqual(['0@0 by 1', '1@0 by 2'])
})

it('sends only unacknowledged batches to the new leader, although that broker has answered already', async () => {
  const { send, written, leaders } = cluster({ 0: 1, 1: 2 }, async broker => {
    if (broker === 2) return undefined
    // The partitions change places.
    Object.assign(leaders, { 0: 2, 1: 1 })
    return away()
  })
  await send()
  expect(written).toEqual(['1@0 by 2', '0@0 by 2'])
})

it('repeats only the partition that failed in a response, under the same sequence number', async () => {
  const { send, written } = cluster({ 0: 1, 1: 1 }, async (_, attempt) => (attempt === 1 ? { 0: NOT_LEADER } : {}))
  await send()
  expect(written).toEqual(['1@0 by 1', '0@0 by 1'])
})

it('continues the sequence numbers, and does not repeat a batch that cannot succeed', async () => {
  const { send, written } = cluster({ 0: 1 }, async (_, attempt) => (attempt > 2 ? { 0: MESSAGE_TOO_LARGE } : {}))
  await send()
  await send()
  expect(written).toEqual(['0@0 by 1', '0@1 by 1'])
  await expect(send()).rejects.toMatchObject({ name: 'RecordTooLarge', topic: 't' })
})

it('waits for a partition that is not known yet, within bounds, and names it', async () => {
  const { send, written, leaders } = cluster({ 0: 1 }, async () => ({}))
  const sent = send([0, 1])
  setTimeout(() => Object.assign(leaders, { 1: 2 }), 20)
  await sent
  expect(written.sort()).toEqual(['0@0 by 1', '1@0 by 2'])
  await expect(send([3])).rejects.toThrow('Partition 3 of t has no known leader')
})

it('makes smaller batches after the broker has refused one of several records for its size', async () => {
  const { send, limits } = cluster({ 0: 1 }, async () => ({ 0: MESSAGE_TOO_LARGE }))
  const before = limits.of('t')
  await expect(send([0], 1000)).rejects.toThrow(/t does not accept a batch of \d{4,5} bytes \(max\.message\.bytes\)/)
  const bytes = limits.of('t')
  expect(bytes).toBeLessThan(before / 50)
  await expect(send([0], 1000)).rejects.toThrow(/the next batches are smaller/)
  expect(limits.of('t')).toBeLessThanOrEqual(bytes >> 1)
  expect(limits.of('another')).toBe(before)
  await expect(send([0])).rejects.toThrow(RecordTooLarge)
})
