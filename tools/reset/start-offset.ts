import type { Log, LogRecord } from '@candlewick/streams'

/** @returns the offset of the first record written at `fromMs` (Unix ms) or later; the end of the partition if there is none */
export async function startOffset(log: Log, topic: string, partition: number, fromMs: number): Promise<number> {
  let { start, end } = await log.offsets(topic, partition)
  const last = end
  while (start < end) {
    const middle = Math.floor((start + end) / 2)
    // An offset may hold no record: a transaction marker, or an aborted record.
    const record = await firstRecord(log, topic, partition, middle, last)
    if (record === undefined || record.timestamp >= fromMs) end = middle
    else start = record.offset + 1
  }
  return start
}

async function firstRecord(
  log: Log,
  topic: string,
  partition: number,
  from: number,
  to: number,
): Promise<LogRecord | undefined> {
  for await (const records of log.read(topic, partition, from, to)) if (records[0]) return records[0]
  return undefined
}
