import type { ICustomPartitioner, Kafka, Producer, Transaction } from 'kafkajs'
import type { GroupOffsets, Outgoing, OutRecord, TransactionalProducer } from '../log.ts'
import { asDenied, asFence } from './errors.ts'
import { OutgoingBatches, type PartitionBatch } from './outgoing-batches.ts'
import type { Encoded } from './send-messages.ts'

const TRANSACTION_TIMEOUT_MS = 15_000
/** Leaders that change are noticed by errors, and new partitions by {@link knownPartition}. */
const METADATA_MAX_AGE_MS = 60_000

/**
 * The partition that a record names. kafkajs drops records silently when their partition is missing from its
 * metadata; an error of this name makes it refresh the metadata and try again.
 */
const knownPartition: ICustomPartitioner =
  () =>
  ({ topic, message, partitionMetadata }) => {
    const partition = message.partition ?? -1
    if (!partitionMetadata.some(p => p.partitionId === partition && p.leader >= 0))
      throw Object.assign(new Error(`Partition ${partition} of ${topic} is not known yet`), {
        name: 'KafkaJSMetadataNotLoaded',
        retriable: true,
      })
    return partition
  }

/** @returns a producer whose transactional id is its own from now on: older ones are fenced. */
export async function transactionalProducer(kafka: Kafka, transactionalId: string): Promise<TransactionalProducer> {
  const producer = kafka.producer({
    transactionalId,
    // With `idempotent` kafkajs would retry without end; a transaction is idempotent by itself.
    idempotent: false,
    maxInFlightRequests: 1,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    metadataMaxAge: METADATA_MAX_AGE_MS,
    allowAutoTopicCreation: false,
    createPartitioner: knownPartition,
    // The first retry's wait decides how many transactions a second there are: brokers answer
    // CONCURRENT_TRANSACTIONS for some milliseconds after each commit.
    retry: { initialRetryTime: 5, factor: 0.2, multiplier: 1.3, maxRetryTime: 200, retries: 60 },
  })
  try {
    await producer.connect()
    // InitProducerId comes with the first transaction.
    await (await producer.transaction()).abort()
  } catch (error) {
    await producer.disconnect().catch(() => {})
    throw asDenied(asFence(error), 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', `use transactional id ${transactionalId}`)
  }
  return new KafkaProducer(producer)
}

class KafkaProducer implements TransactionalProducer {
  readonly #producer: Producer

  constructor(producer: Producer) {
    this.#producer = producer
  }

  async transact(records: Outgoing | readonly OutRecord[], offsets?: GroupOffsets): Promise<number | undefined> {
    const outgoing = records instanceof OutgoingBatches ? records : encoded(records as readonly OutRecord[])
    try {
      const transaction = await this.#producer.transaction()
      const written: number[] = []
      for (const send of outgoing.sends()) written.push(await sendAll(transaction, send))
      if (offsets) await transaction.sendOffsets(groupOffsets(offsets))
      await transaction.commit()
      return written[0]
    } catch (error) {
      throw asDenied(asFence(error), 'GROUP_AUTHORIZATION_FAILED', `commit offsets of group ${offsets?.group}`)
    } finally {
      outgoing.release()
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect()
  }
}

function encoded(records: readonly OutRecord[]): OutgoingBatches {
  const outgoing = new OutgoingBatches()
  for (const record of records) outgoing.push(record)
  return outgoing
}

/** @returns the first record's offset. @throws Error when not every partition has acknowledged its records */
async function sendAll(transaction: Transaction, batches: readonly PartitionBatch[]): Promise<number> {
  const byTopic = Map.groupBy(batches, ({ topic }) => topic)
  const topicMessages = [...byTopic].map(([topic, of]) => ({
    topic,
    messages: of.map(({ partition, batch }): Encoded => ({ partition, batch, value: null })),
  }))
  const acks = await transaction.sendBatch({ topicMessages, acks: -1 })
  const [first] = batches.map(({ topic, partition }) => {
    const ack = acks.find(a => a.topicName === topic && a.partition === partition)
    if (!ack) throw new Error(`Partition ${partition} of ${topic} has not acknowledged its records`)
    return Number(ack.baseOffset)
  })
  return first!
}

function groupOffsets({ group, positions }: GroupOffsets): Parameters<Transaction['sendOffsets']>[0] {
  const byTopic = Map.groupBy(positions, p => p.topic)
  const topics = [...byTopic].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
  }))
  return { consumerGroupId: group, topics }
}
