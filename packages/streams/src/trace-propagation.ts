import type { Headers, LogRecord } from '@candlewick/kafka/log'

/**
 * Follows records from a task's input to its outputs, for tracing. It knows what it has seen since the task was restored,
 * which is enough: nothing depends on it but headers of outputs.
 */
export interface TracePropagation {
  /** A data record of the key that is about to be processed. */
  record(key: string, record: LogRecord): void
  /** @returns the headers of an output of the key that is about to be written. */
  output(key: string, value: object): Headers | undefined
  /** The outputs asked about since the last time are committed. */
  written(): void
}
