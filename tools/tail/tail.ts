import { setTimeout as sleep } from 'node:timers/promises'
import { type Log, type LogRecord, OffsetOutOfRange } from '@candlewick/streams'

const TAKE_MS = 500
const NEW_PARTITIONS_MS = 2000

export interface TailOptions {
  /** From the log's start; else from its end as it is now. */
  readonly fromBeginning: boolean
  readonly signal: AbortSignal
}

/**
 * Reads a topic's committed records, control records left out, until it is aborted; partitions that are added are
 * read from their start.
 */
export async function tail(
  log: Log,
  topic: string,
  { fromBeginning, signal }: TailOptions,
  show: (record: LogRecord, partition: number) => Promise<void>,
): Promise<void> {
  const reading: Promise<void>[] = []
  const add = async (whole: boolean) => {
    const count = (await log.topics.partitions([topic])).get(topic) ?? 0
    while (reading.length < count) reading.push(readPartition(log, topic, reading.length, whole, signal, show))
  }
  await add(fromBeginning)
  while (!signal.aborted) {
    await Promise.race([sleep(NEW_PARTITIONS_MS, undefined, { signal }).catch(() => {}), ...reading])
    // A broker that is away is asked again at the next look.
    if (!signal.aborted) await add(true).catch(() => {})
  }
  await Promise.all(reading)
}

async function readPartition(
  log: Log,
  topic: string,
  partition: number,
  whole: boolean,
  signal: AbortSignal,
  show: (record: LogRecord, partition: number) => Promise<void>,
): Promise<void> {
  const { start, end } = await log.offsets(topic, partition)
  let reader = log.reader(topic, partition, whole ? start : end)
  while (!signal.aborted)
    try {
      for (const record of (await reader.take(TAKE_MS))?.records ?? []) {
        if (signal.aborted) break
        if (!record.headers?.control) await show(record, partition)
      }
    } catch (error) {
      if (!(error instanceof OffsetOutOfRange)) throw error
      reader.close()
      reader = log.reader(topic, partition, error.start)
    }
  reader.close()
}
