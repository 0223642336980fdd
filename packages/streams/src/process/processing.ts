import type { LogRecord } from '@candlewick/kafka/log'
import { type Emit, ProcessorFailed, Rejected } from '../processor.ts'
import type { HeldTenure, Keyed, KeyTable } from '../state/key-table.ts'
import type { EngineOptions } from './engine-options.ts'
import type { Outbox } from './record-collector.ts'

/** Gives records to the processor, and what it makes of them to the outbox. */
export class Processing<State> implements Emit {
  readonly #o: EngineOptions<State>
  readonly #keys: KeyTable<State>
  readonly #outbox: Outbox
  readonly #poisonous: ReadonlySet<number>
  /** What the emitter writes for: the key being processed, and its stay here. */
  #keyed: Keyed<State> | undefined
  #tenure: HeldTenure<State> | null = null
  /** The number of the key being processed if it is hot: which key that is, is looked up when something comes of it. */
  #number: number | undefined
  #dueMs: number[] = []

  constructor(options: EngineOptions<State>, keys: KeyTable<State>, outbox: Outbox, poisonous: ReadonlySet<number>) {
    this.#o = options
    this.#keys = keys
    this.#outbox = outbox
    this.#poisonous = poisonous
  }

  /** @returns when each of the outputs since the last time was due. */
  takeDueMs(): readonly number[] {
    const dueMs = this.#dueMs
    this.#dueMs = []
    return dueMs
  }

  /** A data record, if nothing but its key's state has to be looked at. @returns whether it was. @throws ProcessorFailed */
  hot(record: LogRecord): boolean {
    const number = record.keyNumber
    const state = this.#keys.hot(number)
    if (state === undefined || this.#poisonous.size > 0) return false
    this.#number = number
    const { processor, trail } = this.#o
    if (trail) trail.record(record.key!, record)
    try {
      processor.process(state, record, this)
    } catch (error) {
      this.#reject(record, error)
    }
    return true
  }

  /** @returns whether the record was taken. @throws ProcessorFailed */
  data(keyed: Keyed<State>, t: HeldTenure<State>, record: LogRecord, nowMs: number): boolean {
    if (this.#setsAside(record)) return false
    const { processor, trail } = this.#o
    this.#turnTo(keyed, t)
    keyed.seenAt = nowMs
    if (!keyed.dirty || keyed.shown) this.#keys.touch(keyed)
    if (trail) trail.record(keyed.entry.key, record)
    try {
      processor.process(t.held.state, record, this)
      return true
    } catch (error) {
      this.#reject(record, error)
      return false
    }
  }

  /** A control record of the processor's. @throws ProcessorFailed */
  control(keyed: Keyed<State>, t: HeldTenure<State>, kind: string, value: unknown, record: LogRecord): void {
    if (this.#setsAside(record)) return
    this.#turnTo(keyed, t)
    this.#keys.touch(keyed)
    try {
      this.#o.processor.control(t.held.state, kind, value, this, record.timestamp)
    } catch (error) {
      this.#reject(record, error)
    }
  }

  #turnTo(keyed: Keyed<State>, t: HeldTenure<State>): void {
    this.#keyed = keyed
    this.#tenure = t
    this.#number = undefined
  }

  /** For the key being processed. */
  output(value: object): void {
    const { processor, trail } = this.#o
    if (this.#number !== undefined) {
      this.#keyed = this.#keys.numbered(this.#number)
      this.#tenure = this.#keyed!.live
    }
    const { key } = this.#keyed!.entry
    const { epoch, held } = this.#tenure!
    this.#outbox.output(key, epoch, held, value, trail?.output(key, value))
    const due = processor.dueMs?.(value)
    if (due !== undefined) this.#dueMs.push(due)
  }

  count(name: string, by = 1): void {
    this.#o.count(name, by)
  }

  /** Whether the record has broken the processor before. */
  #isPoisonous({ offset }: LogRecord): boolean {
    return this.#poisonous.size > 0 && this.#poisonous.has(offset)
  }

  #setsAside(record: LogRecord): boolean {
    if (!this.#isPoisonous(record)) return false
    this.#outbox.deadLetter(record, this.#o.topics.input, 'failed', 'the processor failed at this record')
    return true
  }

  /** What the processor rejects goes to the dead letters. @throws ProcessorFailed for what breaks it */
  #reject(record: LogRecord, error: unknown): void {
    if (!(error instanceof Rejected)) throw new ProcessorFailed(record.offset, error)
    this.#outbox.deadLetter(record, this.#o.topics.input, error.reason, error.message)
  }
}
