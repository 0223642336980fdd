import type { Cluster, PartitionMetadata } from 'kafkajs'
import { BatchWriter, type Message } from '../wire/batch-writer.ts'
import { hasType } from './errors.ts'

/** The parts of kafkajs's producer that its sending is made of. */
interface Parts {
  readonly cluster: Cluster & { removeBroker(address: { host: string; port: number }): void }
  readonly partitioner: (of: {
    topic: string
    partitionMetadata: PartitionMetadata[]
    message: Plain | Encoded
  }) => number
  readonly eosManager: {
    isTransactional(): boolean
    getTransactionalId(): string
    getProducerId(): string
    getProducerEpoch(): number
    getSequence(topic: string, partition: number): number
    updateSequence(topic: string, partition: number, by: number): void
    addPartitionsToTransaction(of: readonly { topic: string; partitions: readonly Batch[] }[]): Promise<void>
  }
  readonly retrier: <T>(attempt: (bail: (error: unknown) => never) => Promise<T>) => Promise<T>
}

interface Send {
  readonly acks: number
  readonly timeout: number
  readonly compression: number
  readonly topicMessages: readonly { readonly topic: string; readonly messages: readonly (Plain | Encoded)[] }[]
}

interface Plain extends Message {
  readonly partition?: number
}

/** A partition's records of one send, encoded, in the place of a message: kafkajs wants each to have a value. */
export interface Encoded {
  readonly partition: number
  readonly value: null
  readonly batch: BatchWriter
}

/** A partition's records of one send. */
interface Batch {
  readonly topic: string
  readonly partition: number
  readonly batch: BatchWriter
}

interface Ack {
  readonly topicName: string
  readonly partition: number
  readonly baseOffset: string
}

interface ProduceResponse {
  readonly topics: readonly { readonly topicName: string; readonly partitions: readonly Omit<Ack, 'topicName'>[] }[]
}

/**
 * In place of kafkajs's `producer/sendMessages`, which keeps account of brokers. Of several, one fails: it does not
 * wait for the others, and sends what they have under way again under a new sequence number, so that it is there twice;
 * it sends what has been taken already again when its partition has a new leader, and what has not been taken not at all
 * when the new leader has answered before. Here each partition is sent until it is acknowledged, always under the same
 * sequence number, by which brokers recognise what they have.
 */
export function createSendMessages({ cluster, partitioner, eosManager, retrier }: Parts) {
  async function produce(leader: number, batches: readonly Batch[], options: Omit<Send, 'topicMessages'>) {
    const broker = await cluster.findBroker({ nodeId: String(leader) })
    const topicData = byTopic(batches).map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, batch }) => ({
        partition,
        batch,
        firstSequence: eosManager.getSequence(topic, partition),
      })),
    }))
    const response = await (broker as unknown as Producing).produce({
      transactionalId: eosManager.isTransactional() ? eosManager.getTransactionalId() : undefined,
      producerId: eosManager.getProducerId(),
      producerEpoch: eosManager.getProducerEpoch(),
      ...options,
      topicData,
    })
    for (const { topic, partition, batch } of batches) eosManager.updateSequence(topic, partition, batch.count)
    return response.topics.flatMap(({ topicName, partitions }) => partitions.map(p => ({ topicName, ...p })))
  }

  return async function sendMessages({ topicMessages, ...options }: Send): Promise<readonly Ack[]> {
    const acks: Ack[] = []
    let pending: Batch[] | undefined
    return retrier(async bail => {
      await cluster.addMultipleTargetTopics(topicMessages.map(({ topic }) => topic))
      try {
        await cluster.refreshMetadataIfNecessary()
        pending ??= topicMessages.flatMap(({ topic, messages }) =>
          group(topic, messages, partitioner, cluster.findTopicPartitionMetadata(topic)),
        )
        const byLeader = Map.groupBy(pending, batch => leaderOf(batch, cluster))
        if (eosManager.isTransactional()) await eosManager.addPartitionsToTransaction(byTopic(pending))
        // Nothing may be under way any more when it is tried again.
        const outcomes = await Promise.allSettled(
          [...byLeader].map(async ([leader, batches]) => {
            acks.push(...(await produce(leader, batches, options)))
            pending = pending!.filter(batch => !batches.includes(batch))
          }),
        )
        for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
        return acks
      } catch (error) {
        const { host, port, retriable } = error as { host?: string; port?: number; retriable?: boolean }
        if (hasType(error, 'KafkaJSConnectionClosedError') && host && port) cluster.removeBroker({ host, port })
        if (!cluster.isConnected()) await cluster.connect()
        else if (!retriable && !hasType(error, 'KafkaJSConnectionError')) return bail(error)
        await cluster.refreshMetadata()
        throw error
      }
    })
  }
}

interface Producing {
  produce(request: object): Promise<ProduceResponse>
}

function byTopic(batches: readonly Batch[]): { topic: string; partitions: readonly Batch[] }[] {
  return [...Map.groupBy(batches, ({ topic }) => topic)].map(([topic, partitions]) => ({ topic, partitions }))
}

/** Encodes messages that are not yet. Asks the partitioner once a partition, where they name their own. */
function group(
  topic: string,
  messages: readonly (Plain | Encoded)[],
  partitioner: Parts['partitioner'],
  partitionMetadata: PartitionMetadata[],
): Batch[] {
  const batches = new Map<number, BatchWriter>()
  for (const message of messages) {
    const known = batches.get(message.partition ?? -1)
    const partition = known ? message.partition! : partitioner({ topic, partitionMetadata, message })
    if ('batch' in message) batches.set(partition, message.batch)
    else {
      const batch = known ?? batches.get(partition) ?? new BatchWriter()
      batches.set(partition, batch)
      batch.add(message)
    }
  }
  return [...batches].map(([partition, batch]) => ({ topic, partition, batch }))
}

/** @throws Error that makes kafkajs refresh its metadata and try again */
function leaderOf({ topic, partition }: Batch, cluster: Cluster): number {
  const leader = cluster.findTopicPartitionMetadata(topic).find(p => p.partitionId === partition)?.leader ?? -1
  if (leader >= 0) return leader
  throw Object.assign(new Error(`Partition ${partition} of ${topic} has no leader that is known`), {
    name: 'KafkaJSMetadataNotLoaded',
    retriable: true,
  })
}
