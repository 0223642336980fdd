import type { Log, LogRecord } from '@candlewick/kafka/log'
import { Rejected } from '../processor.ts'

/** This long after a partition was added, every broker is taken to know it. */
const KNOWN_AFTER_MS = 10_000

/** @returns how many partitions the topic has; undefined from a broker that does not even know the given one. */
export async function countPartitions(log: Log, topic: string, partition: number): Promise<number | undefined> {
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  return count > partition ? count : undefined
}

/**
 * Refuses control records that name a partition of the input which does not exist: our writers name only partitions that
 * they have seen, and a message to a missing one could never be written, so that the task would fail for ever. A
 * partition may be so new that the broker which is asked does not know it yet. A record is therefore refused only if it
 * is older than 10 s; for a younger one the task fails, and restores itself, until the partition is known or the record
 * is old enough.
 */
export class PartitionCountCheck {
  #partitions: number
  readonly #beforeMs: number
  /** The highest partition that a record named. */
  #named = -1

  /** @param beforeMs Unix ms: partitions named by records from before this time exist by now, or never will */
  constructor(partitions: number, beforeMs: number) {
    this.#partitions = partitions
    this.#beforeMs = beforeMs
  }

  /** @param nowMs by the clock that stamps records, Unix ms */
  static async of(log: Log, topic: string, partition: number, nowMs: number): Promise<PartitionCountCheck> {
    const count = await countPartitions(log, topic, partition)
    return count === undefined ? PartitionCountCheck.unknown() : new PartitionCountCheck(count, nowMs - KNOWN_AFTER_MS)
  }

  /** For a topic whose partitions are not known: any may exist. */
  static unknown(): PartitionCountCheck {
    return new PartitionCountCheck(0, Number.NEGATIVE_INFINITY)
  }

  /** Whether the topic had only one partition when this object was created. */
  get isOnlyPartition(): boolean {
    return this.#partitions === 1
  }

  /** A record names a partition of the input. @throws Rejected if it does not exist and the record is old enough */
  name(partition: number, { timestamp }: LogRecord): void {
    const count = this.#partitions
    if (partition >= count && timestamp < this.#beforeMs)
      throw new Rejected('malformed', `control record: partition ${partition} does not exist, there are ${count}`)
    this.#named = Math.max(this.#named, partition)
  }

  /**
   * Has to be awaited before a commit. Otherwise a key that awaits its state could be stored with a `move` to a partition
   * that does not exist, and nothing could ever put that right.
   * @throws Error naming a partition that a record has named and that does not exist yet
   */
  async confirm(log: Log, topic: string, partition: number): Promise<void> {
    if (this.#named < this.#partitions) return
    this.#partitions = (await countPartitions(log, topic, partition)) ?? 0
    if (this.#named >= this.#partitions)
      throw new Error(`Partition ${this.#named} of ${topic}, which a control record names, does not exist yet`)
  }
}
