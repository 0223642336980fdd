import { type ProducedPartition, produceV3 } from '../apis/produce-v3.ts'
import { RecordTooLarge } from '../log.ts'
import { BatchLimits } from './batch-limits.ts'
import type { Connection } from './connection.ts'
import { ErrorCodes, isRetriable, protocolError } from './errors.ts'
import type { PartitionBatch } from './outgoing-batches.ts'
import { type RetryPolicy, retrying } from './retry.ts'

/** The answer of InitProducerId for a transactional id. */
export interface ProducerIdentity {
  readonly transactionalId: string
  readonly producerId: string
  readonly producerEpoch: number
}

const ALL_REPLICAS = -1
const TIMEOUT_MS = 10_000
/** After 2^31 - 1 sequence numbers begin at 0 again. */
const SEQUENCE_NUMBERS = 2 ** 31

/**
 * Sends record batches until each is acknowledged. A batch keeps its sequence number through all attempts, by which
 * brokers recognise what they have already written (KIP-98).
 *
 * kafkajs tracks brokers instead of batches. When one of several brokers fails it resends the batches in flight to the
 * other brokers under new sequence numbers, which duplicates records. After a change of leaders it resends batches that were
 * acknowledged, and leaves out batches that were not.
 */
export class BatchSender {
  readonly #connection: Connection
  readonly #identity: ProducerIdentity
  readonly #policy: RetryPolicy
  readonly #limits: BatchLimits
  /** The next sequence number of each partition, by topic. */
  readonly #sequences = new Map<string, Map<number, number>>()

  constructor(connection: Connection, identity: ProducerIdentity, policy: RetryPolicy, limits = new BatchLimits()) {
    this.#connection = connection
    this.#identity = identity
    this.#policy = policy
    this.#limits = limits
  }

  /**
   * @param batches at most one of each partition; their partitions are already part of the transaction
   * @returns the offset of the first batch's first record. @throws the error of a batch that was not acknowledged in time
   */
  async send(batches: readonly PartitionBatch[]): Promise<number> {
    const offsets = new Map<PartitionBatch, number>()
    const attempt = async () => {
      const pending = batches.filter(batch => !offsets.has(batch))
      try {
        const led = await this.#connection.byLeader(pending)
        failUnlessAllLed(pending, led)
        // No request may be in flight any more when an attempt ends.
        const outcomes = await Promise.allSettled(
          [...led].map(([leader, of]) => this.#produce(leader, of, (batch, offset) => offsets.set(batch, offset))),
        )
        const errors = outcomes.flatMap(outcome => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []))
        if (errors.length > 0) throw errors.find(error => !isRetriable(error)) ?? errors[0]
      } catch (error) {
        if (isRetriable(error)) await this.#connection.recover(error)
        throw error
      }
    }
    await retrying(this.#policy, attempt, isRetriable)
    return offsets.get(batches[0]!)!
  }

  async #produce(
    leader: number,
    batches: readonly PartitionBatch[],
    acknowledge: (batch: PartitionBatch, offset: number) => void,
  ): Promise<void> {
    const { producerId, ...identity } = this.#identity
    const topics = [...Map.groupBy(batches, ({ topic }) => topic)].map(([topic, of]) => ({
      topic,
      partitions: of.map(({ partition, batch }) => ({
        partition,
        batch,
        firstSequence: this.#sequence(topic, partition),
      })),
    }))
    const response = await this.#connection.send(await this.#connection.broker(leader), produceV3, {
      ...{ ...identity, producerId: BigInt(producerId), acks: ALL_REPLICAS, timeoutMs: TIMEOUT_MS },
      ...{ now: Date.now(), topics },
    })
    let failed: Error | undefined
    for (const batch of batches) {
      const { topic, partition } = batch
      const answer = response.find(of => of.topic === topic && of.partition === partition)
      if (answer?.errorCode === ErrorCodes.NONE) {
        this.#advance(batch)
        acknowledge(batch, answer.baseOffset)
      } else failed = this.#smaller(batch, answerError(topic, partition, answer))
    }
    if (failed) throw failed
  }

  /** @returns another error for several records that are too large together: their next transaction has smaller batches */
  #smaller({ topic, batch: { count, size } }: PartitionBatch, error: Error): Error {
    if (!(error instanceof RecordTooLarge) || count === 1) return error
    this.#limits.refused(topic, size)
    return new Error(
      `${topic} does not accept a batch of ${size} bytes (max.message.bytes): the next batches are smaller`,
      {
        cause: error,
      },
    )
  }

  #sequence(topic: string, partition: number): number {
    return this.#sequences.get(topic)?.get(partition) ?? 0
  }

  #advance({ topic, partition, batch }: PartitionBatch): void {
    const partitions = this.#sequences.get(topic) ?? new Map<number, number>()
    this.#sequences.set(topic, partitions)
    partitions.set(partition, (this.#sequence(topic, partition) + batch.count) % SEQUENCE_NUMBERS)
  }
}

function answerError(topic: string, partition: number, answer: ProducedPartition | undefined): Error {
  return answer
    ? protocolError(answer.errorCode, topic, 'write')
    : new Error(`Partition ${partition} of ${topic} has not acknowledged its records`)
}

/** @throws a retriable error naming a partition that is not known (yet) or has no leader */
function failUnlessAllLed(batches: readonly PartitionBatch[], led: ReadonlyMap<number, readonly PartitionBatch[]>) {
  const known = new Set([...led.values()].flat())
  const unknown = batches.find(batch => !known.has(batch))
  if (unknown)
    throw Object.assign(new Error(`Partition ${unknown.partition} of ${unknown.topic} has no known leader`), {
      retriable: true,
    })
}
