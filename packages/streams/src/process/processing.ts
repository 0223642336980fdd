import type { LogRecord } from '@candlewick/kafka/log'
import { type Emit, ProcessorFailed, Rejected } from '../processor.ts'
import type { HeldResidency, Keyed, KeyTable } from '../state/key-table.ts'
import type { PartitionOptions } from './partition-options.ts'
import type { RecordCollector } from './record-collector.ts'

/** Gives records to the processor, and what it makes of them to the collector. */
export class Processing<State> implements Emit {
  readonly #o: PartitionOptions<State>
  readonly #keys: KeyTable<State>
  readonly #collector: RecordCollector
  readonly #poisonOffsets: ReadonlySet<number>
  /** What the emitter writes for: the key being processed, and its residency here. */
  #keyed: Keyed<State> | undefined
  #residency: HeldResidency<State> | null = null
  /** The number of the key being processed if it is hot: which key that is, is looked up when something comes of it. */
  #number: number | undefined
  #dueMs: number[] = []

  constructor(
    options: PartitionOptions<State>,
    keys: KeyTable<State>,
    collector: RecordCollector,
    poisonOffsets: ReadonlySet<number>,
  ) {
    this.#o = options
    this.#keys = keys
    this.#collector = collector
    this.#poisonOffsets = poisonOffsets
  }

  /** @returns when each of the outputs since the last time was due. */
  takeDueMs(): readonly number[] {
    const dueMs = this.#dueMs
    this.#dueMs = []
    return dueMs
  }

  /** A data record, if nothing but its key's state has to be looked at. @returns whether it was. @throws ProcessorFailed */
  onFastPath(record: LogRecord): boolean {
    const number = record.keyNumber
    const state = this.#keys.onFastPath(number)
    if (state === undefined || this.#poisonOffsets.size > 0) return false
    this.#number = number
    const { processor, tracing } = this.#o
    if (tracing) tracing.record(record.key!, record)
    try {
      processor.process(state, record, this)
    } catch (error) {
      this.#reject(record, error)
    }
    return true
  }

  /** @returns whether the record was taken. @throws ProcessorFailed */
  data(keyed: Keyed<State>, t: HeldResidency<State>, record: LogRecord, nowMs: number): boolean {
    if (this.#setsAside(record)) return false
    const { processor, tracing } = this.#o
    this.#turnTo(keyed, t)
    keyed.seenAt = nowMs
    if (!keyed.dirty || keyed.shown) this.#keys.touch(keyed)
    if (tracing) tracing.record(keyed.entry.key, record)
    try {
      processor.process(t.held.state, record, this)
      return true
    } catch (error) {
      this.#reject(record, error)
      return false
    }
  }

  /** A control record of the processor's. @throws ProcessorFailed */
  control(keyed: Keyed<State>, t: HeldResidency<State>, kind: string, value: unknown, record: LogRecord): void {
    if (this.#setsAside(record)) return
    this.#turnTo(keyed, t)
    this.#keys.touch(keyed)
    try {
      this.#o.processor.control(t.held.state, kind, value, this, record.timestamp)
    } catch (error) {
      this.#reject(record, error)
    }
  }

  #turnTo(keyed: Keyed<State>, t: HeldResidency<State>): void {
    this.#keyed = keyed
    this.#residency = t
    this.#number = undefined
  }

  /** For the key being processed. */
  output(value: object): void {
    const { processor, tracing } = this.#o
    if (this.#number !== undefined) {
      this.#keyed = this.#keys.byKeyId(this.#number)
      this.#residency = this.#keyed!.live
    }
    const { key } = this.#keyed!.entry
    const { epoch, held } = this.#residency!
    this.#collector.output(key, epoch, held, value, tracing?.output(key, value))
    const due = processor.dueMs?.(value)
    if (due !== undefined) this.#dueMs.push(due)
  }

  count(name: string, by = 1): void {
    this.#o.count(name, by)
  }

  /** Whether the record has broken the processor before. */
  #isPoison({ offset }: LogRecord): boolean {
    return this.#poisonOffsets.size > 0 && this.#poisonOffsets.has(offset)
  }

  #setsAside(record: LogRecord): boolean {
    if (!this.#isPoison(record)) return false
    this.#collector.deadLetter(record, this.#o.topics.input, 'failed', 'the processor failed at this record')
    return true
  }

  /** What the processor rejects goes to the dead letters. @throws ProcessorFailed for what breaks it */
  #reject(record: LogRecord, error: unknown): void {
    if (!(error instanceof Rejected)) throw new ProcessorFailed(record.offset, error)
    this.#collector.deadLetter(record, this.#o.topics.input, error.reason, error.message)
  }
}
