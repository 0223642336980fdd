import type { LogRecord, Records } from '@candlewick/kafka/log'
import { asArrive, asMove, controlValue, type Move } from '../migration/control-records.ts'
import type { KeyMigrations } from '../migration/key-migrations.ts'
import * as residency from '../migration/residency.ts'
import type { KeyTable } from '../state/key-table.ts'
import type { PartitionCountCheck } from '../task/partition-count-check.ts'
import type { PartitionOptions } from './partition-options.ts'
import type { Processing } from './processing.ts'
import type { RecordCollector } from './record-collector.ts'

/** What records of the input do to their keys: they are processed, or noted, or move the key. */
export class Intake<State> {
  readonly #o: PartitionOptions<State>
  readonly #keys: KeyTable<State>
  readonly #migrations: KeyMigrations<State>
  readonly #collector: RecordCollector
  readonly #states: residency.StateFactory<State>
  readonly #processing: Processing<State>
  readonly #countCheck: PartitionCountCheck
  #now = 0

  constructor(
    options: PartitionOptions<State>,
    keys: KeyTable<State>,
    moves: KeyMigrations<State>,
    collector: RecordCollector,
    states: residency.StateFactory<State>,
    processing: Processing<State>,
    countCheck: PartitionCountCheck,
  ) {
    this.#o = options
    this.#keys = keys
    this.#migrations = moves
    this.#collector = collector
    this.#states = states
    this.#processing = processing
    this.#countCheck = countCheck
  }

  /** Records that were not taken in before, in order, at `nowMs`. @throws ProcessorFailed, StateRefused */
  takeIn(records: Records, nowMs: number): void {
    this.#now = nowMs
    this.#keys.useInterner(records.numbering, nowMs)
    for (let i = 0; i < records.length; i++) {
      const record = records.at(i)!
      if (record.headers?.control !== undefined) this.#guarded(record)
      else if (!this.#processing.onFastPath(record)) this.#data(record)
    }
  }

  /** Apart from the loop: a function that holds a closure makes an object at each call, whether it comes to it or not. */
  #guarded(record: LogRecord): void {
    this.#collector.guard(record, this.#o.topics.input, () => this.#control(record))
  }

  #data(record: LogRecord): void {
    const { key } = record
    const keyed = this.#keys.find(key, record.keyNumber)
    if (key === null) this.#collector.deadLetter(record, this.#o.topics.input, 'malformed', 'the record has no key')
    else if (keyed?.live) {
      this.#processing.data(keyed, keyed.live, record, this.#now)
      this.#keys.addToFastPath(keyed, record.keyNumber)
    } else if (keyed && residency.openResidency(keyed.entry)) this.#o.count('records_held', 1)
    else if (keyed && keyed.entry.left !== null)
      this.#collector.deadLetter(
        record,
        this.#o.topics.input,
        'unmarked',
        `the key's writer has moved it away from here`,
      )
    else this.#startUnmarked(key, record)
  }

  #startUnmarked(key: string, record: LogRecord): void {
    const keyed = this.#keys.obtain(key)
    residency.startUnmarked(keyed.entry, record.offset, this.#states)
    this.#keys.refresh(keyed)
    if (keyed.live && this.#processing.data(keyed, keyed.live, record, this.#now)) this.#o.count('unmarked_keys', 1)
    else {
      keyed.entry.residencies.pop()
      // A rejected record founds no key, or rubbish would fill the memory.
      if (residency.isNothing(keyed.entry)) this.#keys.forget(keyed)
      else this.#keys.refresh(keyed)
    }
  }

  #control(record: LogRecord): void {
    const kind = record.headers?.control ?? ''
    const value = controlValue(record)
    if (kind === 'arrive') this.#arrive(value, record)
    else if (kind === 'move') this.#move(asMove(value), record)
    else this.#other(kind, value, record)
  }

  #move(message: Move, record: LogRecord): void {
    this.#countCheck.name(message.to, record)
    this.#migrations.move(message, record.offset)
  }

  /** A key's birth is the processor's record too. */
  #arrive(value: Record<string, unknown>, record: LogRecord): void {
    const message = asArrive(value)
    const keyed = this.#migrations.arrive(message, record.offset)
    if (message.from === null && keyed.live) this.#processing.control(keyed, keyed.live, 'arrive', value, record)
  }

  /** A control record of the processor's. For a key that is not here, e.g. an idle watermark, it means nothing. */
  #other(kind: string, value: unknown, record: LogRecord): void {
    const keyed = this.#keys.get(record.key)
    if (keyed?.live) this.#processing.control(keyed, keyed.live, kind, value, record)
    else if (keyed && residency.openResidency(keyed.entry)) this.#o.count('records_held', 1)
    else this.#o.count('controls_ignored', 1)
  }
}
