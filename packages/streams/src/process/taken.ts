import type { Outgoing } from '@candlewick/kafka/log'
import type { LargestState } from '../state/state-records.ts'

/** What a transaction has to write for the records that were processed since the last one. */
export interface Taken {
  /** Outputs first, then the changelog records of the keys that have changed. */
  readonly records: Outgoing
  /** How many of them are outputs. */
  readonly outputs: number
  /** When each of the outputs was due, Unix ms. */
  readonly dueMs: readonly number[]
  readonly largest: LargestState
  /** Whether the changelog may have states in parts. */
  readonly hasParts: boolean
}
