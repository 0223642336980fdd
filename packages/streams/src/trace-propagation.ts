import type { Headers, LogRecord } from '@candlewick/kafka/log'

/**
 * Carries trace contexts from the records of a task's input to its outputs. It remembers contexts in memory only, never in the
 * state: a restore or a move drops them, and outputs are the same with and without tracing but for their headers.
 */
export interface TracePropagation {
  /** Notes a data record of the key that is about to be processed. */
  record(key: string, record: LogRecord): void
  /** @returns the headers for an output of the key. */
  output(key: string, value: object): Headers | undefined
  /** The outputs since the last time are committed. */
  written(): void
}
