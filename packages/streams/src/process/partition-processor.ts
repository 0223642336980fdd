import type { Chunk, LogRecord, Records } from '@candlewick/kafka/log'
import { isGranted } from '../migration/epoch.ts'
import { HandoverParts } from '../migration/handover-parts.ts'
import { KeyMigrations } from '../migration/key-migrations.ts'
import { type Control, parseControl } from '../migration/parse-control.ts'
import { PartitionCountCheck } from '../migration/partition-count-check.ts'
import type { Residency } from '../migration/residency.ts'
import * as residency from '../migration/residency.ts'
import { Rejected } from '../processor.ts'
import { type Positions, type RestoredChangelog, refuseReserved } from '../state/changelog.ts'
import { FastPath } from '../state/fast-path.ts'
import { type KeysToWarmUp, KeyTable } from '../state/key-table.ts'
import { RECORD_BYTES_MAX } from '../state/parts.ts'
import { StateCodec } from '../state/state-codec.ts'
import { StateRecords } from '../state/state-records.ts'
import type { PartitionOptions } from './partition-options.ts'
import { ProcessorRunner } from './processor-runner.ts'
import { RecordCollector } from './record-collector.ts'
import { type OffsetRange, Rereads } from './rereads.ts'
import type { Taken } from './taken.ts'
import { TimedOutputs } from './timed-outputs.ts'
import { UnmarkedKeys } from './unmarked-keys.ts'
import { unread } from './unread.ts'

/**
 * Applies the records of a partition, and the messages that other partitions send it, to the partition's keys. It is
 * synchronous and deterministic and does no I/O: whatever has to be written is collected until {@link take}.
 *
 * Effect of an input record by the condition of its key when the record is read (rules 9 to 11). A key "awaits" until its
 * state has arrived and its skipped records have been read again:
 *
 * | record | live | awaits | has left | unknown |
 * |---|---|---|---|---|
 * | data | is processed | is skipped, and read again later | dead letter `unmarked`; a key without markers is treated as unknown | starts the key in the only partition, otherwise claims it |
 * | watermark, gap, seed | is processed | is skipped, and read again later | ignored | ignored |
 * | arrive | the old residency is lost, a new one begins | the old residency is lost, a new one begins | a residency begins | a residency begins |
 * | move | the state is handed over | the residency ends; the state is handed over later | a handover without state is sent | a handover without state is sent |
 *
 * A residency that begins is live if it is a birth or its handover has come already; otherwise it awaits its state.
 */
export class PartitionProcessor<State> {
  readonly #o: PartitionOptions<State>
  readonly #codec: StateCodec<State>
  readonly #states: StateRecords<State>
  readonly #parts = new HandoverParts()
  readonly #fastPath = new FastPath<State>()
  readonly #keys: KeyTable<State>
  readonly #collector: RecordCollector
  readonly #migrations: KeyMigrations<State>
  readonly #unmarked: UnmarkedKeys<State>
  readonly #runner: ProcessorRunner<State>
  readonly #rereads: Rereads<State>
  readonly #countCheck: PartitionCountCheck
  /** Outputs that become due by time alone. */
  readonly timed: TimedOutputs<State>
  #mayNeedWarmUp: boolean
  #hasMoved = false
  #nowMs = 0
  /** The next offsets of the two inputs. */
  positions: Positions
  /** How many records of the input were processed. */
  records = 0

  /** @param poisonOffsets offsets of records at which the processor has failed: they go to the dead letters without being processed */
  constructor(
    options: PartitionOptions<State>,
    entries: RestoredChangelog<State>['entries'],
    positions: Positions,
    poisonOffsets: ReadonlySet<number>,
    countCheck = PartitionCountCheck.unknown(),
  ) {
    this.#o = options
    this.#countCheck = countCheck
    this.#collector = new RecordCollector(options)
    this.#codec = new StateCodec(options.processor, `${options.topics.handovers}/${options.partition}`)
    const { partition, processor, recordBytesMax: bytesMax = RECORD_BYTES_MAX } = options
    const setting = processor.configHash
    const count = (name: string, by: number) => options.count(name, by)
    this.#states = new StateRecords(this.#codec, entries.values(), { partition, setting, bytesMax, count })
    this.#mayNeedWarmUp = processor.warmUp !== undefined
    this.positions = positions
    this.#keys = new KeyTable(entries.values(), this.#fastPath)
    this.#migrations = new KeyMigrations(this.#keys, this.#collector, this.#codec, count)
    this.#runner = new ProcessorRunner(options, this.#keys, this.#fastPath, this.#collector, poisonOffsets)
    const place = { partition, isAlone: countCheck.isOnlyPartition, handovers: positions.handovers }
    this.#unmarked = new UnmarkedKeys(place, this.#keys, this.#collector, this.#migrations, this.#runner)
    this.#rereads = new Rereads(options.processor, this.#keys, this.#migrations, this.#runner)
    this.timed = new TimedOutputs(options, this.#keys, this.#collector, this.#unmarked)
  }

  get keys(): number {
    return this.#keys.size
  }

  /** How many records a transaction would publish, states not counted. */
  get outputs(): number {
    return this.#collector.size
  }

  /** Whether anything has changed since the last transaction, if only the position. */
  get hasChanges(): boolean {
    return this.#hasMoved || this.#keys.changed > 0 || this.#collector.size > 0
  }

  /** @returns whether there are outputs, and all of them are rows that were due at `ms` (Unix) or earlier. False if there is a handover, which is urgent. */
  outputsWereDueBy = (ms: number): boolean => this.#runner.wereDueBy(ms)

  /** Processes records of the input, in order. @param nowMs monotonic. @throws ProcessorFailed, StateRefused */
  input(chunk: Chunk, nowMs: number): void {
    this.#nowMs = Math.trunc(nowMs)
    const records = unread(chunk, this.positions.input)
    this.#inputRecords(records)
    const last = records.at(-1)
    if (last) this.positions.input = last.offset + 1
    this.records += records.length
    if (chunk.next > this.positions.input) this.positions.input = chunk.next
    this.#hasMoved = true
    if (this.#migrations.applyEarlyToWarmUp(this.positions.input)) this.#mayNeedWarmUp = true
    this.#migrations.answer(this.positions.input)
  }

  #inputRecords(records: Records): void {
    this.#fastPath.useInterner(records.interner, this.#nowMs)
    for (let i = 0; i < records.length; i++) {
      const record = records.at(i)!
      if (record.headers?.control !== undefined) this.#guardedControl(record)
      else if (!this.#runner.onFastPath(record)) this.#data(record)
    }
  }

  /** Rule 10. */
  #data(record: LogRecord): void {
    const { key, keyId } = record
    const keyed = this.#fastPath.find(keyId) ?? this.#keys.get(key)
    if (key === null) this.#deadLetter(record, 'malformed', 'the record has no key')
    else if (keyed?.live) {
      this.#runner.data(keyed, keyed.live, record, this.#nowMs)
      this.#fastPath.add(keyId, keyed)
    } else if (keyed && residency.openResidency(keyed.entry)) this.#o.count('records_skipped', 1)
    else if (keyed && keyed.entry.left !== null && !isGranted(keyed.entry.left))
      this.#deadLetter(record, 'unmarked', `the key's writer has moved it away from here`)
    else this.#collector.guard(record, this.#o.topics.input, () => this.#unmarked.start(key, record, this.#nowMs))
  }

  /** A method outside of the loop, because V8 allocates a closure's context at each call of the enclosing function, even if the closure is not used. */
  #guardedControl(record: LogRecord): void {
    const isTaken = this.#collector.guard(record, this.#o.topics.input, () =>
      this.#control(parseControl(record), record),
    )
    const keyed = this.#keys.get(record.key)
    if (!isTaken && keyed?.live) this.#runner.missed(keyed, keyed.live, record)
  }

  #control(control: Control, record: LogRecord): void {
    refuseReserved(record.key)
    if (control.kind === 'arrive') {
      const { message } = control
      const keyed = this.#migrations.arrive(message, record.offset)
      // The processor also handles a birth.
      if (message.from === null && keyed.live) this.#runner.control(keyed, keyed.live, message, record)
    } else if (control.kind === 'move') {
      this.#countCheck.name(control.message.to, record)
      this.#migrations.move(control.message, record.offset)
    } else if ('message' in control) this.#processorControl(control.message, record)
  }

  /** A control record of the processor. It is ignored for a key that has no open residency here, e.g. an idle watermark after a move. */
  #processorControl(message: unknown, record: LogRecord): void {
    const keyed = this.#keys.get(record.key)
    if (keyed?.live) this.#runner.control(keyed, keyed.live, message, record)
    else if (keyed && residency.openResidency(keyed.entry)) this.#o.count('records_skipped', 1)
    else this.#o.count('controls_ignored', 1)
  }

  /** Processes records of the handovers topic, in order. @throws StateRefused */
  handovers(chunk: Chunk): void {
    const { group, topics } = this.#o
    for (const record of unread(chunk, this.positions.handovers))
      this.#collector.guard(record, topics.handovers, () => {
        const whole = this.#parts.join(record)
        if (whole) this.#message(parseControl(whole, group), whole)
      })
    this.positions.handovers = this.#parts.positionAt(chunk.next)
    this.#hasMoved = true
    this.#migrations.answer(this.positions.input)
    this.#unmarked.answerSurvey()
  }

  #message(control: Control, record: LogRecord): void {
    refuseReserved(record.key)
    if (control.kind === 'foreign') this.#o.count('foreign_handovers', 1)
    else if (control.kind === 'handover') {
      this.#mayNeedWarmUp = true
      this.#migrations.handover(control.message, this.positions.input)
    } else if (control.kind === 'ask') {
      this.#countCheck.name(control.message.reply_to, record)
      this.#migrations.asked(control.message)
    } else if (control.kind === 'claim') {
      this.#countCheck.name(control.message.partition, record)
      this.#unmarked.claimed(control.message, this.positions.input)
    } else if (control.kind === 'grant') this.#migrations.granted(control.message, this.positions.input)
    else if (control.kind === 'survey') this.#unmarked.surveyed(control.message)
    else if (control.kind === 'report') this.#unmarked.reported(control.message)
    else throw new Rejected('malformed', `control record of unknown kind ${record.headers?.control}`)
  }

  /** Residencies that await their state or a grant. */
  awaiting(): readonly { readonly key: string; readonly residency: Residency<State> }[] {
    return this.#keys.awaiting()
  }

  /** Rule 14: asks for a state that is late. @param after the last offset of the partition that is asked */
  ask(key: string, awaiting: Residency<State>, after: number): void {
    this.#collector.ask(key, awaiting, after)
  }

  /** Rule 20: repeats a claim that was not answered. */
  claimAgain(key: string, claiming: Residency<State>): void {
    this.#unmarked.claimAgain(key, claiming, this.positions.input)
  }

  /** Rule 21: grants claims that have waited long enough. Call it about once a second. */
  grantClaims(): void {
    this.#unmarked.look(this.positions.input)
  }

  /** Rule 14: starts the key without a state, because the partition that would be asked does not exist. */
  startAnew(pair: string, { epoch }: Residency<State>): void {
    if (epoch === null) return
    this.#migrations.handover({ group: this.#o.group, pair, epoch, state: null, lost: true }, this.positions.input)
  }

  /** @returns the range of the input that has to be read again; null if there is none. */
  rereadRange(): OffsetRange | null {
    return this.#rereads.range(this.positions.input)
  }

  /** Processes records of {@link rereadRange}. @param next the offset after them. @throws ProcessorFailed */
  reread(records: readonly LogRecord[], next: number): void {
    this.#rereads.take(records, next, this.positions.input, this.#nowMs)
  }

  /** Call it when {@link rereadRange} was read to its end. */
  endReread(): void {
    this.#rereads.end()
  }

  /** @returns the keys whose state needs warm-up before the task reads on. */
  keysToWarmUp(): KeysToWarmUp<State> {
    const { warmUp } = this.#o.processor
    const keys = this.#mayNeedWarmUp && warmUp ? this.#keys.where(state => warmUp.isNeeded(state)) : new Map()
    this.#mayNeedWarmUp = keys.size > 0
    return keys
  }

  /** Ends the warm-up of these keys. Call it when every retained record of the keys has been read. */
  endWarmUp(keys: KeysToWarmUp<State>): void {
    for (const [key, residencies] of keys) {
      for (const { held } of residencies) this.#o.processor.warmUp?.end(held.state)
      this.#keys.touch(this.#keys.obtain(key))
    }
  }

  /** Rule 15: retention has deleted records of an input before they were read. The task goes on at `start`. */
  truncate(which: keyof Positions, start: number): void {
    const name = which === 'input' ? 'records_truncated' : 'handovers_truncated'
    this.#o.count(name, Math.max(0, start - this.positions[which]))
    this.positions[which] = start
    this.#hasMoved = true
    // The task asks again for a deleted handover (rule 14). In the input, markers may also have been deleted.
    if (which === 'handovers') this.#parts.truncate(start)
    else for (const keyed of this.#keys.values()) this.#acceptUnmarked(keyed)
  }

  /** Retention has deleted skipped records before they were read again. */
  truncateReread(start: number): void {
    this.#o.count('records_truncated', this.#rereads.truncate(start, this.rereadRange()?.from ?? start))
  }

  #acceptUnmarked(keyed: ReturnType<KeyTable<State>['obtain']>): void {
    if (keyed.live) this.#o.processor.missed?.(keyed.live.held.state)
    if (keyed.entry.left === null && !keyed.live) return
    keyed.entry.left = null
    this.#keys.touch(keyed)
  }

  /** @returns the records of the next transaction. Afterwards nothing counts as changed until the next record. */
  take(changelog: string): Taken {
    this.#hasMoved = false
    const records = this.#collector.take()
    const outputs = records.length
    const changed = this.#keys.takeChanged().map(({ entry }) => entry)
    const largest = this.#states.push(records, changelog, changed)
    return { records, outputs, dueMs: this.#runner.takeDueMs(), largest, hasParts: this.#states.hasParts }
  }

  #deadLetter(record: LogRecord, reason: string, detail: string): void {
    this.#collector.deadLetter(record, this.#o.topics.input, reason, detail)
  }
}
