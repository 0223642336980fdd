import { setTimeout as sleep } from 'node:timers/promises'
import { type Chunk, type Log, OffsetOutOfRange } from './log.ts'

const TAKE_MS = 500
const NEW_PARTITIONS_MS = 2000

export interface FollowOptions {
  /** @returns the offset to begin at, given where the partition starts and ends. */
  from(start: number, end: number): number
  readonly signal: AbortSignal
}

/**
 * Reads a topic's committed records without a group, until it is aborted; partitions that are added, and a topic that
 * is created later, are read from their start.
 * @param take is waited for before the partition's next chunk
 */
export async function follow(
  log: Log,
  topic: string,
  { from, signal }: FollowOptions,
  take: (chunk: Chunk, partition: number) => Promise<void>,
): Promise<void> {
  const reading: Promise<void>[] = []
  const add = async (begin: FollowOptions['from']) => {
    const count = (await log.topics.partitions([topic])).get(topic) ?? 0
    while (reading.length < count) reading.push(readPartition(log, topic, reading.length, begin, signal, take))
  }
  await add(from)
  while (!signal.aborted) {
    await Promise.race([sleep(NEW_PARTITIONS_MS, undefined, { signal }).catch(() => {}), ...reading])
    // A broker that is away is asked again at the next look.
    if (!signal.aborted) await add(start => start).catch(() => {})
  }
  await Promise.all(reading)
}

async function readPartition(
  log: Log,
  topic: string,
  partition: number,
  begin: FollowOptions['from'],
  signal: AbortSignal,
  take: (chunk: Chunk, partition: number) => Promise<void>,
): Promise<void> {
  const { start, end } = await log.offsets(topic, partition)
  let reader = log.reader(topic, partition, Math.max(start, Math.min(end, begin(start, end))))
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
