import type { Outgoing } from '@candlewick/kafka/log'
import type { LargestState } from '../state/state-records.ts'

/** The records that the next transaction has to write, for everything that was processed since the last transaction. */
export interface Taken {
  /** Outputs first, then the changelog records of the keys that have changed. */
  readonly records: Outgoing
  /** How many of `records` are outputs. */
  readonly outputs: number
  /** The due times of the outputs, Unix ms. */
  readonly dueMs: readonly number[]
  readonly largest: LargestState
  /** Whether the changelog may have states in parts. */
  readonly hasParts: boolean
}
