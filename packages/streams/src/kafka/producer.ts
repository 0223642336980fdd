import type { ICustomPartitioner, Kafka, Message, Producer, Transaction } from 'kafkajs'
import type { GroupOffsets, OutRecord, TransactionalProducer } from '../log.ts'
import { asDenied, asFence } from './errors.ts'

/** Brokers refuse batches above 1 MB (`message.max.bytes`), for ever; one send makes one batch a partition. */
const SEND_BYTES_A_PARTITION = 900 << 10
const SEND_BYTES = 8 << 20
const RECORD_OVERHEAD_BYTES = 70
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

  async transact(records: readonly OutRecord[], offsets?: GroupOffsets): Promise<readonly number[]> {
    try {
      const transaction = await this.#producer.transaction()
      const written: (readonly number[])[] = []
      for (const send of sends(records)) written.push(await sendAll(transaction, send))
      if (offsets) await transaction.sendOffsets(groupOffsets(offsets))
      await transaction.commit()
      return written.flat()
    } catch (error) {
      throw asDenied(asFence(error), 'GROUP_AUTHORIZATION_FAILED', `commit offsets of group ${offsets?.group}`)
    }
  }

  async close(): Promise<void> {
    await this.#producer.disconnect()
  }
}

/** Records by partition and topic. */
class ByPartition<T> {
  readonly #topics = new Map<string, Map<number, T>>()

  get(topic: string, partition: number): T | undefined {
    return this.#topics.get(topic)?.get(partition)
  }

  set(topic: string, partition: number, value: T): void {
    const partitions = this.#topics.get(topic)
    if (partitions) partitions.set(partition, value)
    else this.#topics.set(topic, new Map([[partition, value]]))
  }
}

/** Cuts records into sends that stay below the brokers' limits, in order. */
function* sends(records: readonly OutRecord[]): Generator<readonly OutRecord[]> {
  let from = 0
  let total = 0
  let sizes = new ByPartition<number>()
  for (const [i, record] of records.entries()) {
    const { topic, partition } = record
    const size = sizeOf(record)
    const sum = (sizes.get(topic, partition) ?? 0) + size
    if (i > from && (sum > SEND_BYTES_A_PARTITION || total + size > SEND_BYTES)) {
      yield records.slice(from, i)
      from = i
      total = 0
      sizes = new ByPartition()
    }
    sizes.set(topic, partition, from === i ? size : sum)
    total += size
  }
  if (from < records.length) yield records.slice(from)
}

function sizeOf({ key, value, headers }: OutRecord): number {
  let size = RECORD_OVERHEAD_BYTES + (key ? Buffer.byteLength(key) : 0) + (value ? Buffer.byteLength(value) : 0)
  for (const name in headers) size += Buffer.byteLength(name) + Buffer.byteLength(headers[name] ?? '') + 4
  return size
}

/** @returns each record's offset. @throws Error when not every partition has acknowledged its records */
async function sendAll(transaction: Transaction, records: readonly OutRecord[]): Promise<readonly number[]> {
  const byTopic = Map.groupBy(records, r => r.topic)
  // Records are messages as they are, for our own encoder (see the corrections).
  const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages: messages as Message[] }))
  const acks = await transaction.sendBatch({ topicMessages, acks: -1 })
  const next = new ByPartition<number>()
  for (const { topicName, partition, baseOffset } of acks) next.set(topicName, partition, Number(baseOffset))
  return records.map(({ topic, partition }) => {
    const offset = next.get(topic, partition)
    if (offset === undefined) throw new Error(`Partition ${partition} of ${topic} has not acknowledged its records`)
    next.set(topic, partition, offset + 1)
    return offset
  })
}

function groupOffsets({ group, positions }: GroupOffsets): Parameters<Transaction['sendOffsets']>[0] {
  const byTopic = Map.groupBy(positions, p => p.topic)
  const topics = [...byTopic].map(([topic, of]) => ({
    topic,
    partitions: of.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
  }))
  return { consumerGroupId: group, topics }
}
