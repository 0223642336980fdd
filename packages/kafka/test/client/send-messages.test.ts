import type { Message } from 'kafkajs'
import { expect, it } from 'vitest'
import { createSendMessages } from '../../src/client/send-messages.ts'

type Parts = Parameters<typeof createSendMessages>[0]
type Produce = (topicData: { partitions: { partition: number; firstSequence: number }[] }[]) => Promise<void>

/** A cluster of which each partition's leader and each broker's answer is the test's, and what its brokers have taken. */
function cluster(leaders: Record<number, number>, answer: (broker: number, attempt: number) => Promise<void>) {
  const taken: string[] = []
  const attempts = new Map<number, number>()
  const sequences = new Map<number, number>()
  const produce = (nodeId: number): Produce => {
    return async topicData => {
      const attempt = (attempts.get(nodeId) ?? 0) + 1
      attempts.set(nodeId, attempt)
      await answer(nodeId, attempt)
      for (const { partitions } of topicData)
        for (const { partition, firstSequence } of partitions) taken.push(`${partition}@${firstSequence} by ${nodeId}`)
    }
  }
  const parts = {
    cluster: {
      addMultipleTargetTopics: async () => {},
      refreshMetadataIfNecessary: async () => {},
      refreshMetadata: async () => {},
      isConnected: () => true,
      removeBroker: () => {},
      findTopicPartitionMetadata: () =>
        Object.entries(leaders).map(([p, leader]) => ({ partitionId: Number(p), leader })),
      findBroker: async ({ nodeId }: { nodeId: string }) => ({
        produce: async ({ topicData }: { topicData: Parameters<Produce>[0] }) => {
          await produce(Number(nodeId))(topicData)
          const partitions = topicData.flatMap(t =>
            t.partitions.map(({ partition }) => ({ partition, baseOffset: '7' })),
          )
          return { topics: [{ topicName: 't', partitions }] }
        },
      }),
    },
    partitioner: ({ message }: { message: Message }) => message.partition!,
    eosManager: {
      isTransactional: () => true,
      getTransactionalId: () => 'id',
      getProducerId: () => '1',
      getProducerEpoch: () => 0,
      getSequence: (_: string, p: number) => sequences.get(p) ?? 0,
      updateSequence: (_: string, p: number, by: number) => void sequences.set(p, (sequences.get(p) ?? 0) + by),
      addPartitionsToTransaction: async () => {},
    },
    retrier: async (attempt: (bail: (error: unknown) => never) => Promise<unknown>) => {
      for (let tries = 0; tries < 5; tries++)
        try {
          return await attempt(error => {
            throw Object.assign(new Error('given up', { cause: error }), { final: true })
          })
        } catch (error) {
          if ((error as { final?: boolean }).final) throw error
        }
      throw new Error('too many tries')
    },
  } as unknown as Parts
  const messages = Object.keys(leaders).map(p => ({ partition: Number(p), key: 'k', value: 'v' }))
  const send = () =>
    createSendMessages(parts)({ acks: -1, timeout: 1, compression: 0, topicMessages: [{ topic: 't', messages }] })
  return { send, taken, leaders }
}

const away = () => Promise.reject(Object.assign(new Error('away'), { name: 'KafkaJSConnectionError', retriable: true }))
const later = () => new Promise<void>(resolve => setTimeout(resolve, 20))

it('sends nothing twice when one of several brokers fails while the others are still at it', async () => {
  const { send, taken } = cluster({ 0: 1, 1: 2 }, (broker, attempt) =>
    broker === 1 && attempt === 1 ? away() : later(),
  )
  expect((await send()).map(({ partition }) => partition).sort()).toEqual([0, 1])
  expect(taken.sort()).toEqual(['0@0 by 1', '1@0 by 2'])
})

it('sends what is not acknowledged to the new leader though that has answered, and nothing else', async () => {
  const { send, taken, leaders } = cluster({ 0: 1, 1: 2 }, async broker => {
    if (broker === 2) return
    // The partitions change places.
    Object.assign(leaders, { 0: 2, 1: 1 })
    return away()
  })
  expect((await send()).map(({ partition }) => partition).sort()).toEqual([0, 1])
  expect(taken).toEqual(['1@0 by 2', '0@0 by 2'])
})

it('goes on with sequence numbers where it was, and gives up at once what cannot be tried again', async () => {
  const { send, taken } = cluster({ 0: 1 }, async (_, attempt) => {
    if (attempt > 2) throw new Error('too large')
  })
  await send()
  await send()
  expect(taken).toEqual(['0@0 by 1', '0@1 by 1'])
  await expect(send()).rejects.toThrow('given up')
})
