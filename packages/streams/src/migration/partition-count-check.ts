import type { Log, LogRecord } from '@candlewick/kafka/log'
import { Rejected } from '../processor.ts'

/** Time after which every broker is assumed to know an added partition. */
const KNOWN_AFTER_MS = 10_000

/** @returns how many partitions the topic has; undefined from a broker that does not even know the given one. */
export async function countPartitions(log: Log, topic: string, partition: number): Promise<number | undefined> {
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  return count > partition ? count : undefined
}

/**
 * Refuses control records that name a partition of the input which does not exist. Our writers name only partitions that they
 * have seen, and a message to a missing partition could never be written, so the task would fail for ever. A partition may be
 * so new that the asked broker does not know it yet. A record is therefore refused only if it is older than 10 s. For a younger
 * record the task fails, and restores itself, until the partition is known or the record is old enough.
 */
export class PartitionCountCheck {
  #partitions: number
  readonly #beforeMs: number
  /** The highest partition that a record named. */
  #named = -1

  /** @param beforeMs Unix ms: if a record is older than this, the partition that it names exists by now, or never will */
  constructor(partitions: number, beforeMs: number) {
    this.#partitions = partitions
    this.#beforeMs = beforeMs
  }

  /** @param nowMs by the clock that stamps records, Unix ms */
  static async of(log: Log, topic: string, partition: number, nowMs: number): Promise<PartitionCountCheck> {
    const count = await countPartitions(log, topic, partition)
    return count === undefined ? PartitionCountCheck.unknown() : new PartitionCountCheck(count, nowMs - KNOWN_AFTER_MS)
  }

  /** For a topic whose number of partitions is unknown: any partition may exist. */
  static unknown(): PartitionCountCheck {
    return new PartitionCountCheck(0, Number.NEGATIVE_INFINITY)
  }

  /** Whether the topic had only one partition when this object was created. */
  get isOnlyPartition(): boolean {
    return this.#partitions === 1
  }

  /** Notes that a record names a partition of the input. @throws Rejected if it does not exist and the record is old enough */
  name(partition: number, { timestamp }: LogRecord): void {
    const count = this.#partitions
    if (partition >= count && timestamp < this.#beforeMs)
      throw new Rejected('malformed', `control record: partition ${partition} does not exist, there are ${count}`)
    this.#named = Math.max(this.#named, partition)
  }

  /**
   * Await it before each commit. Otherwise a key that awaits its state could be stored with a `move` to a partition that does not
   * exist, and this could never be corrected.
   * @throws Error that names a partition which a record has named and which does not exist yet
   */
  async confirm(log: Log, topic: string, partition: number): Promise<void> {
    if (this.#named < this.#partitions) return
    this.#partitions = (await countPartitions(log, topic, partition)) ?? 0
    if (this.#named >= this.#partitions)
      throw new Error(`Partition ${this.#named} of ${topic}, which a control record names, does not exist yet`)
  }
}
