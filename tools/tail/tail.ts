import { follow, type Log, type LogRecord } from '@candlewick/streams'

export interface TailOptions {
  /** Whether to start at the beginning of the log instead of its present end. */
  readonly fromBeginning: boolean
  readonly signal: AbortSignal
}

/**
 * Shows a topic's committed records, control records left out, until it is aborted; partitions that are added are
 * read from their start.
 */
export async function tail(
  log: Log,
  topic: string,
  { fromBeginning, signal }: TailOptions,
  show: (record: LogRecord, partition: number) => Promise<void>,
): Promise<void> {
  const from = (start: number, end: number, _: number, isAdded: boolean) => (fromBeginning || isAdded ? start : end)
  await follow(log, topic, { from, signal }, async ({ records }, partition) => {
    for (const record of records) {
      if (signal.aborted) return
      if (!record.headers?.control) await show(record, partition)
    }
  })
}
