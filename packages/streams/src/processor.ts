import type { LogRecord } from '@candlewick/kafka/log'

/**
 * The logic of a service: what it does with the records of one key. It is pure: it uses no clock, no I/O, no randomness and no
 * promises. A key's state is small, plain JSON. The processor changes it in place, and the runtime writes it to the changelog in
 * the transaction that contains its outputs.
 */
export interface Processor<State> {
  /** Version of the state's shape, from 1 on. A newer service reads the states of older ones; an older service refuses newer states. */
  readonly stateVersion: number
  /** The configuration that the state depends on, as text. */
  readonly configHash: string
  initial(key: string): State
  /** Processes a data record of the key. @throws Rejected for a record that belongs in the dead letters */
  process(state: State, record: LogRecord, emit: Emit): void
  /**
   * Processes one of the processor's own control records, such as `watermark`, or the key's birth (`arrive`).
   * @param timestamp when the record was written, Unix ms
   * @throws Rejected
   */
  control(state: State, kind: string, value: unknown, emit: Emit, timestamp: number): void
  /**
   * Notes that a record of the key is missing in the state, because the processor rejected it or failed at it. Without `record`,
   * any number of records may be missing before the next one, because retention deleted them before they were read. It must
   * not throw.
   */
  missed?(state: State, record?: LogRecord): void
  /**
   * The key's writer writes no markers, so that nothing shows that no record is missing. Called for states that were stored, because
   * a version that did not tell marked from unmarked keys may have written them. It must not throw.
   */
  unmarked?(state: State): void
  /** @returns unfinished outputs, for the live topic. */
  live?(state: State): readonly object[]
  /**
   * Serves the option `closeAfterIdleMs`.
   * @returns the watermark that closes all windows of an idle key that have ended by the wall clock (Unix ms); null if there are none
   */
  idleWatermark?(state: State, wallMs: number): number | null
  /** @returns when an output was due (Unix ms), for a metric of how late it is. */
  dueMs?(output: object): number
  /** @returns when the next output is due if no record arrives (Unix ms), for a metric of overdue outputs; null if none is due. */
  nextDueMs?(state: State): number | null
  /** @returns the newest time that the state has seen (Unix ms). If a key has two states, the one with the newer time is kept. */
  seenMs?(state: State): number
  /** @returns the state of version `v` as one of version `v + 1`. It is called for each version up to {@link stateVersion}. */
  upgrade?(state: unknown, v: number): unknown
  /** @returns the state of another configuration as one of this configuration. Without this method such states are refused. */
  reconfigure?(state: State, config: string): State
  /** For states that lack values which only older records can give, after {@link upgrade} or {@link reconfigure}. */
  readonly warmUp?: WarmUp<State>
}

/**
 * Lets a state catch up on records that were processed before it needed them. Before the runtime reads on, it reads the
 * retained records of the key again, oldest first. Some of them may be newer than the state's position.
 */
export interface WarmUp<State> {
  isNeeded(state: State): boolean
  /** Takes a data record of the key. It must not throw, because it also receives records that were rejected. */
  take(state: State, record: LogRecord): void
  /** Ends the warm-up after all retained records: {@link isNeeded} is false from now on. */
  end(state: State): void
}

export interface Emit {
  /** Publishes a value under the state's key. */
  output(value: object): void
  /** Counts something by name, e.g. `duplicates`. */
  count(name: string, by?: number): void
}

/** A record cannot be processed. It goes to the dead letters with a reason (one word) and a detail (a sentence). */
export class Rejected extends Error {
  override name = 'Rejected'
  readonly reason: string
  constructor(reason: string, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/** The processor failed at a record. The task restores itself, and puts the poison record into the dead letters next time. */
export class ProcessorFailed extends Error {
  override name = 'ProcessorFailed'
  readonly offset: number
  constructor(offset: number, cause: unknown) {
    super(`The processor failed at offset ${offset}`, { cause })
    this.offset = offset
  }
}
