import type { Chunk, LogRecord, Outgoing, Records } from '@candlewick/kafka/log'
import { type Ask, asAsk, asHandover, controlValue, type Handover } from '../migration/control-records.ts'
import { KeyMigrations } from '../migration/key-migrations.ts'
import type { Residency } from '../migration/residency.ts'
import { Rejected } from '../processor.ts'
import { type Positions, type Restored, StateCodec } from '../state/changelog.ts'
import { type HeldResidency, KeyTable } from '../state/key-table.ts'
import { countOverdue } from '../task/overdue.ts'
import { PartitionCountCheck } from '../task/partition-count-check.ts'
import type { KeysToWarmUp } from '../task/warm-up.ts'
import { Intake } from './intake.ts'
import type { PartitionOptions } from './partition-options.ts'
import { Processing } from './processing.ts'
import { RecordCollector } from './record-collector.ts'

/** A reader may begin before where it should go on: what has been taken in already is left out. */
const unread = ({ records }: Chunk, position: number): Records =>
  records.length > 0 && records.at(0)!.offset < position ? [...records].filter(r => r.offset >= position) : records

/** @returns a control record's value, null for one that is malformed. */
function wellFormed(record: LogRecord): Record<string, unknown> | null {
  try {
    return controlValue(record)
  } catch (error) {
    if (error instanceof Rejected) return null
    throw error
  }
}

/**
 * One partition's keys and everything that reading does to them: synchronous, deterministic, without I/O. What is to
 * be written gathers in a record collector until {@link take} hands it to a transaction.
 */
export class PartitionProcessor<State> {
  readonly #o: PartitionOptions<State>
  readonly #codec: StateCodec<State>
  readonly #keys: KeyTable<State>
  readonly #migrations: KeyMigrations<State>
  readonly #collector: RecordCollector
  readonly #processing: Processing<State>
  readonly #intake: Intake<State>
  readonly #countCheck: PartitionCountCheck
  #mayNeedWarmUp: boolean
  #moved = false
  #now = 0
  positions: Positions
  records = 0

  /**
   * @param poisonOffsets offsets at which the processor failed before: their records go to the dead letters unread.
   * @param countCheck of the input
   */
  constructor(
    options: PartitionOptions<State>,
    restored: Restored<State>,
    positions: Positions,
    poisonOffsets: ReadonlySet<number>,
    countCheck = PartitionCountCheck.unknown(),
  ) {
    this.#o = options
    this.#countCheck = countCheck
    this.#collector = new RecordCollector(options)
    this.#codec = new StateCodec(options.processor, `${options.topics.handovers}/${options.partition}`)
    this.#mayNeedWarmUp = options.processor.warmUp !== undefined
    this.positions = positions
    this.#keys = new KeyTable(restored.entries.values())
    this.#migrations = new KeyMigrations(this.#keys, this.#collector, this.#codec, (name, by) =>
      options.count(name, by),
    )
    this.#processing = new Processing(options, this.#keys, this.#collector, poisonOffsets)
    this.#intake = new Intake(
      options,
      this.#keys,
      this.#migrations,
      this.#collector,
      this.#codec,
      this.#processing,
      countCheck,
    )
  }

  get keys(): number {
    return this.#keys.size
  }

  /** How many records a transaction would publish, states aside. */
  get outputs(): number {
    return this.#collector.size
  }

  /** Whether anything, be it only the position, differs from what was committed. */
  get hasChanges(): boolean {
    return this.#moved || this.#keys.changed > 0 || this.#collector.size > 0
  }

  /** Records of the input, in order, taken in at `nowMs`. @throws ProcessorFailed, StateRefused */
  input(chunk: Chunk, nowMs: number): void {
    this.#now = Math.trunc(nowMs)
    const records = unread(chunk, this.positions.input)
    this.#intake.takeIn(records, this.#now)
    const last = records.at(-1)
    if (last) this.positions.input = last.offset + 1
    this.records += records.length
    if (chunk.next > this.positions.input) this.positions.input = chunk.next
    this.#moved = true
    if (this.#migrations.takeEarlyToWarmUp(this.positions.input)) this.#mayNeedWarmUp = true
    this.#migrations.answer(this.positions.input)
  }

  /** Records of the handovers topic, in order. @throws StateRefused */
  handovers(chunk: Chunk): void {
    for (const record of unread(chunk, this.positions.handovers))
      this.#collector.guard(record, this.#o.topics.handovers, () => {
        const value = controlValue(record)
        const kind = record.headers?.control
        if (value.group !== this.#o.group) this.#o.count('foreign_handovers', 1)
        else if (kind === 'handover') this.#handover(asHandover(value))
        else if (kind === 'ask') this.#asked(asAsk(value), record)
        else throw new Rejected('malformed', `control record of unknown kind ${kind}`)
      })
    this.positions.handovers = chunk.next
    this.#moved = true
    this.#migrations.answer(this.positions.input)
  }

  /** Those whose state lacks what older records of the key hold, to be warmed up before anything else is read. */
  keysToWarmUp(): KeysToWarmUp<State> {
    const { warmUp } = this.#o.processor
    const keysToWarmUp = this.#mayNeedWarmUp && warmUp ? this.#keys.where(state => warmUp.isNeeded(state)) : new Map()
    this.#mayNeedWarmUp = keysToWarmUp.size > 0
    return keysToWarmUp
  }

  /** All that is retained has been read for them. */
  endWarmUp(keysToWarmUp: KeysToWarmUp<State>): void {
    for (const [key, residencies] of keysToWarmUp) {
      for (const { held } of residencies) this.#o.processor.warmUp?.end(held.state)
      this.#keys.touch(this.#keys.obtain(key))
    }
  }

  /** What of the input has to be read again for keys whose state has arrived; null when nothing has. */
  rereadRange(): { readonly from: number; readonly to: number } | null {
    return this.#keys.rereadRange(this.positions.input)
  }

  /** Records of the input in the range, again; only those that were noted then are processed now. */
  reread(records: readonly LogRecord[], next: number): void {
    for (const record of records) {
      const keyed = this.#keys.get(record.key)
      if (!keyed || !this.#keys.rereading.has(keyed)) continue
      const t = keyed.entry.residencies.find(
        x => x.reread !== null && record.offset >= x.reread && record.offset < (x.end ?? this.positions.input),
      )
      if (!t?.held) continue
      const held = t as HeldResidency<State>
      const kind = record.headers?.control
      if (kind === undefined) this.#processing.data(keyed, held, record, this.#now)
      else if (kind !== 'arrive' && kind !== 'move') {
        // What is malformed went to the dead letters when it was read first.
        const value = wellFormed(record)
        if (value) this.#processing.control(keyed, held, kind, value, record)
      }
    }
    for (const keyed of this.#keys.rereading) {
      for (const t of keyed.entry.residencies) if (t.reread !== null) t.reread = Math.max(t.reread, next)
      this.#keys.touch(keyed)
    }
  }

  /** The range has been read to its end: keys go live, or on to where they were moved meanwhile. */
  endReread(): void {
    this.#migrations.endReread()
  }

  awaiting(): readonly { readonly key: string; readonly residency: Residency<State> }[] {
    return this.#keys.awaiting()
  }

  overdue(wallMs: number): number {
    return countOverdue(this.#keys.values(), this.#o.processor, wallMs)
  }

  /** Rule 14. @param after the last offset of the partition that is asked */
  ask(key: string, t: Residency<State>, after: number): void {
    this.#collector.ask(key, t, after)
  }

  /** The partition that would be asked does not exist: the key starts anew. */
  deny(key: string, { epoch }: Residency<State>): void {
    if (epoch !== null) this.#handover({ group: this.#o.group, pair: key, epoch, state: null, lost: true })
  }

  /** Rule 15: retention has cut records that were not read yet. */
  truncateInput(start: number): void {
    this.#o.count('records_cut', Math.max(0, start - this.positions.input))
    this.positions.input = start
    this.#moved = true
    for (const keyed of this.#keys.values()) {
      if (keyed.live) this.#o.processor.missed?.(keyed.live.held.state)
      if (keyed.entry.left === null && !keyed.live) continue
      keyed.entry.left = null
      this.#keys.touch(keyed)
    }
  }

  /** The same of records that were to be read again. */
  truncateReread(start: number): void {
    this.#o.count('records_cut', Math.max(0, start - (this.rereadRange()?.from ?? start)))
    for (const keyed of this.#keys.rereading)
      for (const { reread, held } of keyed.entry.residencies)
        if (held && reread !== null && reread < start) this.#o.processor.missed?.(held.state)
  }

  /** Handovers are lost with it: whoever awaits one asks for it. */
  truncateHandovers(start: number): void {
    this.#o.count('handovers_cut', Math.max(0, start - this.positions.handovers))
    this.positions.handovers = start
    this.#moved = true
  }

  /** Puts what is in progress on the live topic, for keys that changed since the last time. */
  showLive(): void {
    const { processor, topics } = this.#o
    const unshown = this.#keys.takeUnshown()
    if (!topics.live || !processor.live) return
    for (const { entry, live } of unshown) {
      if (!live) continue
      for (const value of processor.live(live.held.state)) this.#collector.live(topics.live, entry.key, value)
    }
  }

  /**
   * Appends to the input what its writer should have: the promise that nothing before the time follows, for keys that
   * had no record since `idleSince` (monotonic ms) and whose open window was over at `wallMs` (Unix ms).
   */
  closeIdle(idleSince: number, wallMs: number): void {
    const { processor } = this.#o
    for (const { entry, live, seenAt } of this.#keys.values()) {
      if (!live || seenAt > idleSince) continue
      const watermark = processor.idleWatermark?.(live.held.state, wallMs) ?? null
      if (watermark !== null) this.#collector.watermark(entry.key, watermark)
    }
  }

  /**
   * @returns what the transaction has to write: the outputs, so many, then the states that have changed, for the changelog;
   * the engine is clean then. States are written as they are encoded: texts that wait would outlive V8's young generation.
   */
  take(changelog: string): {
    readonly records: Outgoing
    readonly outputs: number
    /** When each of the outputs was due. */
    readonly dueMs: readonly number[]
  } {
    this.#moved = false
    const records = this.#collector.take()
    const outputs = records.length
    const { partition } = this.#o
    for (const { entry } of this.#keys.takeChanged())
      records.push({ topic: changelog, partition, key: entry.key, value: this.#codec.encode(entry) })
    return { records, outputs, dueMs: this.#processing.takeDueMs() }
  }

  #asked(ask: Ask, record: LogRecord): void {
    this.#countCheck.name(ask.reply_to, record)
    this.#migrations.asked(ask)
  }

  #handover(message: Handover): void {
    this.#mayNeedWarmUp = true
    this.#migrations.handover(message, this.positions.input)
  }
}
