import type { LogRecord } from '@candlewick/kafka/log'
import type { HeldResidency } from '../migration/residency.ts'
import { type Emit, ProcessorFailed, Rejected } from '../processor.ts'
import type { FastPath } from '../state/fast-path.ts'
import type { Keyed, KeyTable } from '../state/key-table.ts'
import type { PartitionOptions } from './partition-options.ts'
import type { RecordCollector } from './record-collector.ts'

const NOBODY: Emit = { output: () => {}, count: () => {} }

/** Runs the service's processor on records, and passes its outputs to the record collector. */
export class ProcessorRunner<State> implements Emit {
  readonly #o: PartitionOptions<State>
  readonly #keys: KeyTable<State>
  readonly #fastPath: FastPath<State>
  readonly #collector: RecordCollector
  readonly #poisonOffsets: ReadonlySet<number>
  /** The key being processed and its residency: outputs are written for them. */
  #keyed: Keyed<State> | undefined
  #residency: HeldResidency<State> | null = null
  /** The id of the key being processed, if it is on the fast path: the key is looked up only if there is an output. */
  #fastId: number | undefined
  #dueMs: number[] = []
  #newestDueMs = 0

  /** @param poisonOffsets offsets of records at which the processor failed before; they go to the dead letters */
  constructor(
    options: PartitionOptions<State>,
    keys: KeyTable<State>,
    fastPath: FastPath<State>,
    collector: RecordCollector,
    poisonOffsets: ReadonlySet<number>,
  ) {
    this.#o = options
    this.#keys = keys
    this.#fastPath = fastPath
    this.#collector = collector
    this.#poisonOffsets = poisonOffsets
  }

  /** @returns the due times of the outputs since the last call. */
  takeDueMs(): readonly number[] {
    const dueMs = this.#dueMs
    this.#dueMs = []
    this.#newestDueMs = 0
    return dueMs
  }

  /** @returns whether the transaction has outputs, and all of them are processor outputs that were due at this time (Unix ms) or earlier. */
  wereDueBy(ms: number): boolean {
    const { length } = this.#dueMs
    return length > 0 && length === this.#collector.size && this.#newestDueMs <= ms
  }

  /** Processes a data record if its key is on the fast path. @returns whether it is. @throws ProcessorFailed */
  onFastPath(record: LogRecord): boolean {
    const id = record.keyId
    const state = this.#fastPath.state(id)
    if (state === undefined || this.#poisonOffsets.size > 0) return false
    this.#fastId = id
    const { processor, tracing } = this.#o
    if (tracing) tracing.record(record.key!, record)
    try {
      processor.process(state, record, this)
    } catch (error) {
      this.#reject(record, error, state)
    }
    return true
  }

  /** Processes a data record. @returns whether the processor accepted it. @throws ProcessorFailed */
  data(keyed: Keyed<State>, residency: HeldResidency<State>, record: LogRecord, nowMs: number): boolean {
    if (this.#setsAside(keyed, residency, record)) return false
    const { processor, tracing } = this.#o
    this.#turnTo(keyed, residency)
    keyed.seenAt = nowMs
    if (!keyed.dirty || keyed.shown) this.#keys.touch(keyed)
    if (tracing) tracing.record(keyed.entry.key, record)
    try {
      processor.process(residency.held.state, record, this)
      return true
    } catch (error) {
      this.#reject(record, error, residency.held.state)
      return false
    }
  }

  /** Tries a data record on a new state, which is then dropped. @returns whether the processor accepts the record. @throws ProcessorFailed */
  isAccepted(key: string, record: LogRecord): boolean {
    if (this.#isPoison(record)) return false
    const { processor } = this.#o
    const state = processor.initial(key)
    try {
      processor.process(state, record, NOBODY)
      return true
    } catch (error) {
      this.#reject(record, error, state)
      return false
    }
  }

  /** Processes a control record that the processor knows. @throws ProcessorFailed */
  control(keyed: Keyed<State>, residency: HeldResidency<State>, message: unknown, record: LogRecord): void {
    if (this.#setsAside(keyed, residency, record)) return
    this.#turnTo(keyed, residency)
    this.#keys.touch(keyed)
    const kind = record.headers?.control ?? ''
    try {
      this.#o.processor.control(residency.held.state, kind, message, this, record.timestamp)
    } catch (error) {
      this.#reject(record, error, residency.held.state)
    }
  }

  /** Reports to the processor that a record of the key went to the dead letters unprocessed. */
  missed(keyed: Keyed<State>, { held }: HeldResidency<State>, record: LogRecord): void {
    const { processor } = this.#o
    if (!processor.missed) return
    this.#keys.touch(keyed)
    processor.missed(held.state, record)
  }

  #turnTo(keyed: Keyed<State>, residency: HeldResidency<State>): void {
    this.#keyed = keyed
    this.#residency = residency
    this.#fastId = undefined
  }

  /** Publishes an output of the key being processed. */
  output(value: object): void {
    const { processor, tracing } = this.#o
    if (this.#fastId !== undefined) {
      this.#keyed = this.#fastPath.key(this.#fastId)
      this.#residency = this.#keyed.live
    }
    const { key } = this.#keyed!.entry
    const { epoch, held } = this.#residency!
    this.#collector.output(key, epoch, held, value, tracing?.output(key, value))
    const due = processor.dueMs?.(value)
    if (due === undefined) return
    this.#dueMs.push(due)
    if (due > this.#newestDueMs) this.#newestDueMs = due
  }

  count(name: string, by = 1): void {
    this.#o.count(name, by)
  }

  /** Sends a record at which the processor failed before to the dead letters. @returns whether it is such a record */
  #setsAside(keyed: Keyed<State>, residency: HeldResidency<State>, record: LogRecord): boolean {
    if (!this.#isPoison(record)) return false
    this.missed(keyed, residency, record)
    return true
  }

  #isPoison(record: LogRecord): boolean {
    if (this.#poisonOffsets.size === 0 || !this.#poisonOffsets.has(record.offset)) return false
    this.#collector.deadLetter(record, this.#o.topics.input, 'failed', 'the processor failed at this record')
    return true
  }

  /** Sends a rejected record to the dead letters, and reports to the processor that the state lacks it. @throws ProcessorFailed for any other error */
  #reject(record: LogRecord, error: unknown, state: State): void {
    if (!(error instanceof Rejected)) throw new ProcessorFailed(record.offset, error)
    this.#collector.deadLetter(record, this.#o.topics.input, error.reason, error.message)
    this.#o.processor.missed?.(state, record)
  }
}
