import type { Log, LogRecord } from '@candlewick/kafka/log'
import { Rejected } from '../processor.ts'

/** So long after a partition was added every broker is taken to know it. */
const KNOWN_AFTER_MS = 10_000

/** @returns how many partitions the topic has; undefined from a broker that does not even know this one */
export async function countPartitions(log: Log, topic: string, partition: number): Promise<number | undefined> {
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  return count > partition ? count : undefined
}

/**
 * How many partitions the input has. Our writers name only those that they have seen; what a record asks for that names
 * one which does not exist could never be written, and would be tried for ever.
 */
export class PartitionCountCheck {
  #partitions: number
  readonly #beforeMs: number
  /** The highest that was named and may yet come to be known. */
  #named = -1

  /** @param beforeMs Unix ms: what records of before it name exists by now, or never will */
  constructor(partitions: number, beforeMs: number) {
    this.#partitions = partitions
    this.#beforeMs = beforeMs
  }

  /** @param nowMs by the clock that stamps records, Unix ms */
  static async of(log: Log, topic: string, partition: number, nowMs: number): Promise<PartitionCountCheck> {
    const count = await countPartitions(log, topic, partition)
    return count === undefined ? PartitionCountCheck.unknown() : new PartitionCountCheck(count, nowMs - KNOWN_AFTER_MS)
  }

  /** Any partition may exist. */
  static unknown(): PartitionCountCheck {
    return new PartitionCountCheck(0, Number.NEGATIVE_INFINITY)
  }

  /** A record names a partition of the input. @throws Rejected where it does not exist, long after the record was written */
  name(partition: number, { timestamp }: LogRecord): void {
    const count = this.#partitions
    if (partition >= count && timestamp < this.#beforeMs)
      throw new Rejected('malformed', `control record: partition ${partition} does not exist, there are ${count}`)
    this.#named = Math.max(this.#named, partition)
  }

  /**
   * To be awaited before a commit, or a key whose state is still to come would be kept with a way to nowhere.
   * @throws Error naming a partition that was named and does not exist yet
   */
  async confirm(log: Log, topic: string, partition: number): Promise<void> {
    if (this.#named < this.#partitions) return
    this.#partitions = (await countPartitions(log, topic, partition)) ?? 0
    if (this.#named >= this.#partitions)
      throw new Error(`Partition ${this.#named} of ${topic}, which a control record names, does not exist yet`)
  }
}
