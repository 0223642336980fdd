/**
 * Maximum time that a transaction gathers records while the task is far behind and nobody waits for the newest record. Each
 * transaction writes every changed state, which with many keys costs more than the records themselves.
 */
const CATCH_UP_COMMIT_MS = 5000
/**
 * Maximum time that a transaction gathers records while its outputs belong to the past, e.g. when a task follows a fast replay,
 * which writes new records of old windows. Otherwise each transaction of the upstream stage would cause one here, which writes
 * every changed state.
 */
const HISTORY_COMMIT_MS = 1000
/** A transaction without outputs waits this many commit intervals, because no reader waits for it. */
const QUIET_INTERVALS = 5
/** Interval at which the group's offsets are written. They only show the lag, and take two of a transaction's five round trips. */
const OFFSETS_MS = 1000
/** A transaction with this many records or outputs is committed before it is due. */
const MAX_RECORDS = 4_000_000
export const MAX_OUTPUTS = 20_000

/** The content of the next transaction. */
export interface Gathered {
  /** Records processed since the task was restored. */
  readonly records: number
  readonly outputs: number
  /** Whether anything has changed since the last transaction, if only the position. */
  readonly hasChanges: boolean
}

/** The urgency of the outputs: a reader of live data waits for them, a second does not matter, or the task is far behind. */
export type Pace = 'live' | 'history' | 'far behind'

/** When a task's next transaction is due, and whether it writes the group's offsets. Times are monotonic ms. */
export class CommitSchedule {
  readonly #commitIntervalMs: number
  #committedAt: number
  #committedRecords = 0
  #offsetsWrittenAt: number
  /** Whether the group's offsets may be behind the position. They are not known after a restore. */
  #offsetsArePending = true
  /** Whether a transaction was committed. */
  hasCommitted = false

  constructor(commitIntervalMs: number, now: number) {
    this.#commitIntervalMs = commitIntervalMs
    this.#committedAt = this.#offsetsWrittenAt = now
  }

  /** @returns when the next transaction is due at the latest; infinity if there is nothing to write. */
  dueMs(gathered: Gathered, pace: Pace): number {
    if (gathered.hasChanges) return this.#committedAt + this.#gatherMs(gathered, pace)
    return this.#offsetsArePending ? this.#offsetsWrittenAt + OFFSETS_MS : Number.POSITIVE_INFINITY
  }

  /** @returns whether the transaction has to be committed before it is due. */
  isFull({ records, outputs }: Gathered): boolean {
    return records - this.#committedRecords >= MAX_RECORDS || outputs >= MAX_OUTPUTS
  }

  /** @returns whether a transaction would write anything. */
  hasWork({ hasChanges }: Gathered): boolean {
    return hasChanges || this.#offsetsArePending
  }

  /** @returns whether a transaction that starts now writes the group's offsets. */
  writesOffsets(now: number): boolean {
    return now - this.#offsetsWrittenAt >= OFFSETS_MS
  }

  /** Notes that a transaction was committed. @returns the number of records that it covers */
  committed({ records }: Gathered, now: number, wroteOffsets: boolean): number {
    const count = records - this.#committedRecords
    this.#committedRecords = records
    this.#committedAt = now
    this.hasCommitted = true
    this.#offsetsArePending = !wroteOffsets
    if (wroteOffsets) this.#offsetsWrittenAt = now
    return count
  }

  #gatherMs({ outputs }: Gathered, pace: Pace): number {
    if (pace === 'far behind') return Math.max(CATCH_UP_COMMIT_MS, this.#commitIntervalMs)
    if (pace === 'history') return Math.max(HISTORY_COMMIT_MS, this.#commitIntervalMs)
    return outputs > 0 ? this.#commitIntervalMs : QUIET_INTERVALS * this.#commitIntervalMs
  }
}
