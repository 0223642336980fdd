import type { LogRecord } from '@candlewick/kafka/log'

/**
 * What a service does with one key's records. Pure: no clock, no I/O, no randomness, no promise. State is plain
 * JSON, small, one a key; it is changed in place, and written to the changelog in the transaction of its outputs.
 */
export interface Processor<State> {
  /** Version of the state's shape, from 1 on. A newer service reads an older one's states, an older one refuses. */
  readonly stateVersion: number
  /** Names the configuration that the state depends on. */
  readonly configHash: string
  initial(key: string): State
  /** A data record of the key. @throws Rejected for a record that goes to the dead letters */
  process(state: State, record: LogRecord, emit: Emit): void
  /**
   * A record with the header `control` that is not the runtime's own (`watermark`, `gap`), or a key's birth (`arrive`).
   * @param timestamp when the record was written, Unix ms
   * @throws Rejected
   */
  control(state: State, kind: string, value: unknown, emit: Emit, timestamp: number): void
  /** Records of the key may be missing before the next one: retention has cut them before they were read. */
  missed?(state: State): void
  /** Provisional outputs of an unfinished state, for the live topic. */
  live?(state: State): readonly object[]
  /**
   * For `closeAfterIdleMs`: the watermark that closes what is over by the wall clock (Unix ms), if nothing comes any
   * more; null when nothing is.
   */
  idleWatermark?(state: State, wallMs: number): number | null
  /** When an output was due (Unix ms), for metrics of how late it is. */
  dueMs?(output: object): number
  /** When the next output is due if time is all it takes (Unix ms), for the same; null when none is. */
  nextDueMs?(state: State): number | null
  /** Turns a state of version `v` into one of `v + 1`: called for each version up to {@link stateVersion}. */
  upgrade?(state: unknown, v: number): unknown
  /** Turns a state of this version but of another configuration into one of this; the default is to refuse. */
  reconfigure?(state: State, config: string): State
  /** For states that {@link Processor.upgrade} or {@link Processor.reconfigure} leaves without what only older records can tell. */
  readonly warmUp?: WarmUp<State>
}

/**
 * How a state catches up on records that were processed before it needed them: the runtime reads what is retained of
 * the key's again, oldest first, before it goes on. Records that the state has not come to yet may be among them.
 */
export interface WarmUp<State> {
  isNeeded(state: State): boolean
  /** A data record of the key; never throws, as those refused are among them. */
  take(state: State, record: LogRecord): void
  /** Nothing more is retained: {@link WarmUp.isNeeded} is false from now on. */
  end(state: State): void
}

export interface Emit {
  /** Publishes a value under the state's key. */
  output(value: object): void
  /** Counts something by name, e.g. `duplicate`. */
  count(name: string, by?: number): void
}

/** A record that cannot be processed: it goes to the dead letters with the reason (a word) and the detail (a sentence). */
export class Rejected extends Error {
  override name = 'Rejected'
  readonly reason: string
  constructor(reason: string, detail: string) {
    super(detail)
    this.reason = reason
  }
}

/** A record broke the processor: not its fault alone, so the task starts again and sets that record aside. */
export class ProcessorFailed extends Error {
  override name = 'ProcessorFailed'
  readonly offset: number
  constructor(offset: number, cause: unknown) {
    super(`The processor failed at offset ${offset}`, { cause })
    this.offset = offset
  }
}
