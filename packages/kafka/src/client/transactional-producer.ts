import type { GroupOffsets, Outgoing, OutRecord, TransactionalProducer } from '../log.ts'
import type { BatchLimits } from './batch-limits.ts'
import { BatchSender, type ProducerIdentity } from './batch-sender.ts'
import { Connection } from './connection.ts'
import { Coordinator } from './coordinator.ts'
import { asDenied, asFence, asTopicDenied, hasType } from './errors.ts'
import { CoordinatorType, type KafkaCluster } from './kafkajs.ts'
import { OutgoingBatches, type PartitionBatch } from './outgoing-batches.ts'

/** The broker aborts a transaction that has been open for longer than this. */
const TRANSACTION_TIMEOUT_MS = 15_000
/**
 * Brokers answer CONCURRENT_TRANSACTIONS for some milliseconds after each commit, so the first wait decides how many
 * transactions there are in a second. After its timeout a transaction cannot be committed any more.
 */
const PATIENT = { firstWaitMs: 5, mostWaitMs: 200, withinMs: TRANSACTION_TIMEOUT_MS }
/** For the group's offsets, which are for display only and must not hold a transaction back. */
const BRIEF = { firstWaitMs: 5, mostWaitMs: 50, withinMs: 250 }

type State = 'ready' | 'in a transaction' | 'failed' | 'closed'

/** Called when a transaction is committed without the group's offsets. */
type ProducerReport = (message: string, details: object) => void

/** @returns a producer that owns the transactional id from now on: older producers of the id are fenced. */
export async function transactionalProducer(
  cluster: KafkaCluster,
  transactionalId: string,
  report: ProducerReport,
  limits?: BatchLimits,
): Promise<TransactionalProducer> {
  const connection = new Connection(cluster)
  const coordinator = new Coordinator(connection, CoordinatorType.transaction, transactionalId)
  try {
    const { producerId, producerEpoch } = await coordinator.ask(PATIENT, broker =>
      broker.initProducerId({ transactionalId, transactionTimeout: TRANSACTION_TIMEOUT_MS }),
    )
    return new KafkaProducer(connection, coordinator, { transactionalId, producerId, producerEpoch }, report, limits)
  } catch (error) {
    await connection.close().catch(() => {})
    throw asDenied(asFence(error), 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED', `use transactional id ${transactionalId}`)
  }
}

/**
 * The steps of a transaction (KIP-98):
 *
 * 1. AddPartitionsToTxn, to the transaction's coordinator, before a partition's first batch
 * 2. Produce, to the partitions' leaders
 * 3. if there are offsets: AddOffsetsToTxn, to the transaction's coordinator, and TxnOffsetCommit, to the group's
 * 4. EndTxn, to the transaction's coordinator
 *
 * After any error the outcome is unknown and the producer accepts no other transaction. When the next producer calls
 * InitProducerId, the broker aborts the transaction if it is still open.
 */
class KafkaProducer implements TransactionalProducer {
  readonly #connection: Connection
  readonly #coordinator: Coordinator
  readonly #identity: ProducerIdentity
  readonly #report: ProducerReport
  readonly #limits: BatchLimits | undefined
  readonly #sender: BatchSender
  readonly #groups = new Map<string, Coordinator>()
  #state: State = 'ready'

  constructor(
    connection: Connection,
    coordinator: Coordinator,
    identity: ProducerIdentity,
    report: ProducerReport,
    limits?: BatchLimits,
  ) {
    this.#connection = connection
    this.#coordinator = coordinator
    this.#identity = identity
    this.#report = report
    this.#limits = limits
    this.#sender = new BatchSender(connection, identity, PATIENT, limits)
  }

  async transact(records: Outgoing | readonly OutRecord[], offsets?: GroupOffsets): Promise<number | undefined> {
    const { transactionalId } = this.#identity
    if (this.#state !== 'ready')
      throw new Error(`The producer of ${transactionalId} is ${this.#state}: make another one`)
    this.#state = 'in a transaction'
    const outgoing =
      records instanceof OutgoingBatches ? records : encoded(records as readonly OutRecord[], this.#limits)
    try {
      const first = await this.#write(outgoing)
      const hasGroup = offsets !== undefined && (await this.#commitOffsets(offsets))
      if (first !== undefined || hasGroup) await this.#commit()
      this.#state = 'ready'
      return first
    } catch (error) {
      this.#state = 'failed'
      throw asDenied(asFence(error), 'GROUP_AUTHORIZATION_FAILED', `commit offsets of group ${offsets?.group}`)
    } finally {
      outgoing.release()
    }
  }

  async close(): Promise<void> {
    this.#state = 'closed'
    await this.#connection.close()
  }

  /** Steps 1 and 2. @returns the first record's offset, undefined when there are no records */
  async #write(outgoing: OutgoingBatches): Promise<number | undefined> {
    const added = new Set<string>()
    let first: number | undefined
    for (const batches of outgoing.sends()) {
      const isNew = ({ topic, partition }: PartitionBatch) => !added.has(`${partition}/${topic}`)
      const others = batches.filter(isNew)
      if (others.length > 0) await this.#addPartitions(others)
      for (const { topic, partition } of others) added.add(`${partition}/${topic}`)
      const offset = await this.#sender.send(batches)
      first ??= offset
    }
    return first
  }

  async #addPartitions(batches: readonly PartitionBatch[]): Promise<void> {
    const topics = [...Map.groupBy(batches, ({ topic }) => topic)].map(([topic, of]) => ({
      topic,
      partitions: of.map(({ partition }) => partition),
    }))
    try {
      await this.#coordinator.ask(PATIENT, broker => broker.addPartitionsToTxn({ ...this.#identity, topics }))
    } catch (error) {
      throw asTopicDenied(error, 'write')
    }
  }

  /**
   * Step 3. While a group completes a rebalance, Redpanda answers both requests with CONCURRENT_TRANSACTIONS. The transaction
   * then continues without the offsets: they only show the lag, and the next transaction commits newer offsets.
   * @returns whether the group is part of the transaction
   */
  async #commitOffsets({ group, positions }: GroupOffsets): Promise<boolean> {
    const topics = [...Map.groupBy(positions, ({ topic }) => topic)].map(([topic, of]) => ({
      topic,
      partitions: of.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
    }))
    const request = { ...this.#identity, groupId: group }
    const isAdded = await this.#unlessRebalancing(group, () =>
      this.#coordinator.ask(BRIEF, broker => broker.addOffsetsToTxn(request)),
    )
    if (isAdded)
      await this.#unlessRebalancing(group, () =>
        this.#group(group).ask(BRIEF, broker => broker.txnOffsetCommit({ ...request, topics })),
      )
    return isAdded
  }

  async #unlessRebalancing(group: string, ask: () => Promise<unknown>): Promise<boolean> {
    try {
      await ask()
      return true
    } catch (error) {
      if (!hasType(error, 'CONCURRENT_TRANSACTIONS')) throw asTopicDenied(error, 'read')
      const { transactionalId } = this.#identity
      this.#report(`Group ${group} is completing a rebalance: its offsets follow in the next transaction`, {
        transactionalId,
      })
      return false
    }
  }

  #group(group: string): Coordinator {
    const known = this.#groups.get(group) ?? new Coordinator(this.#connection, CoordinatorType.group, group)
    this.#groups.set(group, known)
    return known
  }

  /** Step 4. */
  async #commit(): Promise<void> {
    await this.#coordinator.ask(PATIENT, broker => broker.endTxn({ ...this.#identity, transactionResult: true }))
  }
}

function encoded(records: readonly OutRecord[], limits?: BatchLimits): OutgoingBatches {
  const outgoing = new OutgoingBatches(limits)
  for (const record of records) outgoing.push(record)
  return outgoing
}
