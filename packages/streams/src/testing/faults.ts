import type { Clock } from '@candlewick/clock'

/** What a simulation may decide at every step that a client takes; the default takes each at once. */
export interface Faults {
  /** Awaited before each operation; it may wait, throw, or never come back. */
  step(operation: string): Promise<void>
  clock: Clock
  /** How many records a read returns at most. */
  chunkRecords?(): number
  /** How many offsets before its position a reader begins, as it may where a batch begins before. */
  repeated?(): number
}
