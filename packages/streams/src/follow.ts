import { setTimeout as sleep } from 'node:timers/promises'
import { type Chunk, type Log, OffsetOutOfRange } from '@candlewick/kafka/log'

const TAKE_MS = 500
const NEW_PARTITIONS_MS = 2000

export interface FollowOptions {
  /**
   * @param isAdded whether the partition was added after the start
   * @returns the offset to begin at, given the partition's start and end
   */
  from(start: number, end: number, partition: number, isAdded: boolean): number
  readonly signal: AbortSignal
}

/**
 * Reads a topic's committed records without a group, until it is aborted. It also reads partitions that are added later, and a
 * topic that is created later.
 * @param take is awaited before the partition's next chunk
 */
export async function follow(
  log: Log,
  topic: string,
  { from, signal }: FollowOptions,
  take: (chunk: Chunk, partition: number) => Promise<void>,
): Promise<void> {
  const reading: Promise<void>[] = []
  const over = new AbortController()
  const ended = AbortSignal.any([signal, over.signal])
  const add = async (isAdded: boolean) => {
    const begin = (start: number, end: number, partition: number) => from(start, end, partition, isAdded)
    const count = (await log.topics.partitions([topic])).get(topic) ?? 0
    while (reading.length < count) reading.push(readPartition(log, topic, reading.length, begin, ended, take))
  }
  try {
    await add(false)
    while (!signal.aborted) {
      await Promise.race([sleep(NEW_PARTITIONS_MS, undefined, { signal }).catch(() => {}), ...reading])
      // If the broker does not answer now, the next round asks again.
      if (!signal.aborted) await add(true).catch(() => {})
    }
    await Promise.all(reading)
  } finally {
    // If one partition cannot be read, all of them end, so that the caller can begin again.
    over.abort()
  }
}

async function readPartition(
  log: Log,
  topic: string,
  partition: number,
  begin: (start: number, end: number, partition: number) => number,
  signal: AbortSignal,
  take: (chunk: Chunk, partition: number) => Promise<void>,
): Promise<void> {
  const { start, end } = await log.offsets(topic, partition)
  let reader = log.reader(topic, partition, Math.max(start, Math.min(end, begin(start, end, partition))))
  while (!signal.aborted)
    try {
      const chunk = await reader.take(TAKE_MS)
      if (chunk && !signal.aborted) await take(chunk, partition)
    } catch (error) {
      if (!(error instanceof OffsetOutOfRange)) throw error
      reader.close()
      reader = log.reader(topic, partition, error.start)
    }
  reader.close()
}
