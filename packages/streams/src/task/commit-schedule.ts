/**
 * How long a transaction gathers at most while the task is far behind, when nobody waits for the newest record: each
 * one writes every state that has changed, which would cost more than the records when there are many keys.
 */
const CATCH_UP_COMMIT_MS = 5000
/** A transaction that would publish nothing waits so many commit intervals: nobody waits for it. */
const QUIET_INTERVALS = 5
/** The group's offsets take two of a transaction's five round trips, for those who watch the lag: not in every one. */
const OFFSETS_MS = 1000
/** A transaction is committed early when it has gathered this much. */
const MOST_RECORDS = 4_000_000
export const MOST_OUTPUTS = 20_000

/** What a transaction would hold. */
export interface Gathered {
  /** Processed since the task was restored. */
  readonly records: number
  readonly outputs: number
  /** Whether anything, be it only the position, differs from what was committed. */
  readonly hasChanges: boolean
}

/** When a task's next transaction is due, and what it need not hold. Times are monotonic ms. */
export class CommitSchedule {
  readonly #commitIntervalMs: number
  #committedAt: number
  #committedRecords = 0
  #offsetsWrittenAt: number
  /** Whether the group's offsets may be behind the position: those of a task just restored are not known. */
  #offsetsArePending = true

  constructor(commitIntervalMs: number, now: number) {
    this.#commitIntervalMs = commitIntervalMs
    this.#committedAt = this.#offsetsWrittenAt = now
  }

  /** When the next transaction is due at the latest; infinite where there is nothing to write. */
  dueMs(gathered: Gathered, isFarBehind: boolean): number {
    if (gathered.hasChanges) return this.#committedAt + this.#gatherMs(gathered, isFarBehind)
    return this.#offsetsArePending ? this.#offsetsWrittenAt + OFFSETS_MS : Number.POSITIVE_INFINITY
  }

  /** Whether it is to be committed before it is due. */
  isFull({ records, outputs }: Gathered): boolean {
    return records - this.#committedRecords >= MOST_RECORDS || outputs >= MOST_OUTPUTS
  }

  /** Whether a transaction would write anything. */
  hasWork({ hasChanges }: Gathered): boolean {
    return hasChanges || this.#offsetsArePending
  }

  /** Whether a transaction that starts now holds the group's offsets. */
  writesOffsets(now: number): boolean {
    return now - this.#offsetsWrittenAt >= OFFSETS_MS
  }

  /** @returns how many records the transaction was about */
  committed({ records }: Gathered, now: number, wroteOffsets: boolean): number {
    const count = records - this.#committedRecords
    this.#committedRecords = records
    this.#committedAt = now
    this.#offsetsArePending = !wroteOffsets
    if (wroteOffsets) this.#offsetsWrittenAt = now
    return count
  }

  #gatherMs({ outputs }: Gathered, isFarBehind: boolean): number {
    if (isFarBehind) return Math.max(CATCH_UP_COMMIT_MS, this.#commitIntervalMs)
    return outputs > 0 ? this.#commitIntervalMs : QUIET_INTERVALS * this.#commitIntervalMs
  }
}
