import type { Log, LogRecord } from './log.ts'
import { Rejected } from './processor.ts'

/** So long after a partition was added every broker is taken to know it. */
const KNOWN_AFTER_MS = 10_000

/** How many partitions the input has, as far as records of before the time (Unix ms) can tell of them. */
export interface Extent {
  readonly partitions: number
  readonly beforeMs: number
}

/** Where nothing is known: any partition may exist. */
export const BOUNDLESS: Extent = { partitions: 0, beforeMs: Number.NEGATIVE_INFINITY }

/** @param nowMs by the clock that stamps records, Unix ms */
export async function extentOf(log: Log, topic: string, partition: number, nowMs: number): Promise<Extent> {
  const partitions = await countPartitions(log, topic, partition)
  return partitions === undefined ? BOUNDLESS : { partitions, beforeMs: nowMs - KNOWN_AFTER_MS }
}

/** @returns how many partitions the topic has; undefined from a broker that does not even know this one */
export async function countPartitions(log: Log, topic: string, partition: number): Promise<number | undefined> {
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  return count > partition ? count : undefined
}

/**
 * Our writers name only partitions that they have seen. What a record asks for that names one which does not exist, long
 * after it was written, would be tried for ever.
 * @throws Rejected
 */
export function checkPartition({ partitions, beforeMs }: Extent, named: number, record: LogRecord): void {
  if (named < partitions || record.timestamp >= beforeMs) return
  throw new Rejected('malformed', `control record: partition ${named} does not exist, there are ${partitions}`)
}
