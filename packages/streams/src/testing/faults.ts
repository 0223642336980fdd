import type { Clock } from '@candlewick/clock'

/** Decisions of a simulation at every operation of a client. By default each operation succeeds at once. */
export interface Faults {
  /** Awaited before each operation; it may wait, throw, or never come back. */
  step(operation: string): Promise<void>
  clock: Clock
  /** How many records a read returns at most. */
  chunkRecords?(): number
  /** How many offsets before its position a reader begins, as a real one does inside a batch. */
  repeated?(): number
  /** Called instead of waking a reader that waits for records; it may wake it later. */
  woken?(wake: () => void): void
}
