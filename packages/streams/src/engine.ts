import { type Positions, type Restored, StateCodec } from './changelog.ts'
import { type Ask, asArrive, asAsk, asHandover, asMove, controlValue, type Handover } from './control.ts'
import type { Chunk, LogRecord, OutRecord } from './log.ts'
import { Outbox } from './outbox.ts'
import type { Place } from './placement.ts'
import { type Emit, type Processor, Rejected } from './processor.ts'
import { routeOutput } from './router.ts'
import type { Held, KeyEntry, Outcome, Tenure } from './tenure.ts'
import * as tenure from './tenure.ts'

/** What a task's processing depends on; no I/O among it. */
export interface EngineOptions<State> {
  readonly processor: Processor<State>
  readonly group: string
  readonly service: string
  readonly partition: number
  readonly topics: {
    readonly input: string
    readonly handovers: string
    readonly deadLetters: string
    readonly output: string
    readonly live?: string | undefined
  }
  /** Whether the output topic's consumers are tasks, which need to be told where keys go. */
  readonly marksOutput: boolean
  readonly place: Place
  /** How many partitions a topic has, as far as is known. */
  partitions(topic: string): number
  count(name: string, by: number): void
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

const FAILED = 'the processor failed at this record'

/** A key's entry and what only this process knows of it. */
interface Keyed<State> {
  readonly entry: KeyEntry<State>
  /** The open tenure's state when records may be processed at once. */
  live: (Tenure<State> & { held: Held<State> }) | null
  dirty: boolean
  /** Changed since it was last shown on the live topic. */
  shown: boolean
  /** When its last record was processed, monotonic ms. */
  seenAt: number
}

/**
 * One partition's keys and everything that reading does to them: synchronous, deterministic, without I/O. What is to
 * be written gathers in an outbox until {@link take} hands it to a transaction.
 */
export class Engine<State> {
  readonly #o: EngineOptions<State>
  readonly #codec: StateCodec<State>
  readonly #keys = new Map<string, Keyed<State>>()
  readonly #outbox = new Outbox()
  readonly #dirty = new Set<Keyed<State>>()
  readonly #unshown = new Set<Keyed<State>>()
  readonly #rereading = new Set<Keyed<State>>()
  readonly #poisonous: ReadonlySet<number>
  readonly #emit: Emit
  #asks: Ask[] = []
  /** What the emitter writes for: the key being processed. */
  #current: { readonly keyed: Keyed<State>; readonly tenure: Tenure<State> & { held: Held<State> } } | null = null
  #moved = false
  #now = 0
  positions: Positions
  records = 0

  /** @param poisonous offsets at which the processor failed before: their records go to the dead letters unread. */
  constructor(
    options: EngineOptions<State>,
    restored: Restored<State>,
    positions: Positions,
    poisonous: ReadonlySet<number>,
  ) {
    this.#o = options
    this.#codec = new StateCodec(options.processor)
    this.#poisonous = poisonous
    this.positions = positions
    this.#emit = {
      output: value => this.#output(value),
      count: (name, by = 1) => options.count(name, by),
    }
    for (const entry of restored.entries.values()) {
      const keyed = this.#track(entry)
      if (entry.tenures.some(t => t.reread !== null)) this.#rereading.add(keyed)
    }
  }

  get keys(): number {
    return this.#keys.size
  }

  /** Whether a transaction would publish anything. */
  get hasOutputs(): boolean {
    return this.#outbox.size > 0
  }

  get outputs(): number {
    return this.#outbox.size
  }

  /** Whether anything, be it only the position, differs from what was committed. */
  get hasChanges(): boolean {
    return this.#moved || this.#dirty.size > 0 || this.#outbox.size > 0
  }

  /** Records of the input, in order, taken in at `nowMs`. @throws ProcessorFailed */
  input(chunk: Chunk, nowMs: number): void {
    this.#now = nowMs
    for (const record of chunk.records) {
      if (record.headers?.control === undefined) this.#data(record)
      else this.#guard(record, this.#o.topics.input, () => this.#control(record))
      this.positions.input = record.offset + 1
    }
    this.records += chunk.records.length
    if (chunk.next > this.positions.input) this.positions.input = chunk.next
    this.#moved = true
    this.#answer()
  }

  /** Records of the handovers topic, in order. */
  handovers(chunk: Chunk): void {
    for (const record of chunk.records)
      this.#guard(record, this.#o.topics.handovers, () => {
        const value = controlValue(record)
        const kind = record.headers?.control
        if (value.group !== this.#o.group) this.#o.count('foreign_handovers', 1)
        else if (kind === 'handover') this.#handover(asHandover(value))
        else if (kind === 'ask') this.#asks.push(asAsk(value))
        else throw new Rejected('malformed', `control record of unknown kind ${kind}`)
      })
    this.positions.handovers = chunk.next
    this.#moved = true
    this.#answer()
  }

  /** The records of the input that have to be read again for keys whose state has arrived; null when there are none. */
  rereadRange(): { readonly from: number; readonly to: number } | null {
    let from = Number.POSITIVE_INFINITY
    let to = 0
    for (const { entry } of this.#rereading)
      for (const t of entry.tenures)
        if (t.reread !== null) {
          from = Math.min(from, t.reread)
          to = Math.max(to, t.end ?? this.positions.input)
        }
    return to > 0 ? { from, to } : null
  }

  /** Records of the input in the range, again; only those that were noted then are processed now. */
  reread(records: readonly LogRecord[], next: number): void {
    for (const record of records) {
      const keyed = record.key === null ? undefined : this.#keys.get(record.key)
      if (!keyed || !this.#rereading.has(keyed)) continue
      const t = keyed.entry.tenures.find(
        x => x.reread !== null && record.offset >= x.reread && record.offset < (x.end ?? this.positions.input),
      )
      if (!t?.held) continue
      const held = t as Tenure<State> & { held: Held<State> }
      const kind = record.headers?.control
      if (kind === undefined) this.#process(keyed, held, record)
      else if (kind !== 'arrive' && kind !== 'move')
        this.#guard(record, this.#o.topics.input, () => this.#apply(keyed, held, kind, controlValue(record)))
    }
    for (const keyed of this.#rereading) {
      for (const t of keyed.entry.tenures) if (t.reread !== null) t.reread = Math.max(t.reread, next)
      this.#touch(keyed)
    }
  }

  /** The range has been read to its end: keys go live, or on to where they were moved meanwhile. */
  endReread(): void {
    const done = [...this.#rereading]
    this.#rereading.clear()
    for (const keyed of done) {
      for (const t of keyed.entry.tenures) if (t.held) t.reread = null
      for (const outcome of tenure.passOn(keyed.entry)) this.#follow(keyed, outcome)
      this.#refresh(keyed)
    }
  }

  /** Tenures that await their handover. */
  awaiting(): { readonly key: string; readonly tenure: Tenure<State> }[] {
    const found: { key: string; tenure: Tenure<State> }[] = []
    for (const { entry } of this.#keys.values())
      for (const t of entry.tenures) if (t.held === null) found.push({ key: entry.key, tenure: t })
    return found
  }

  /** Rule 14: asks the partition that the key came from. @param after that partition's last offset */
  ask(key: string, t: Tenure<State>, after: number): void {
    if (t.from === null || t.epoch === null) return
    const { group, partition, topics } = this.#o
    const question: Ask = { group, pair: key, epoch: t.epoch, reply_to: partition, after }
    this.#outbox.control(topics.handovers, t.from, 'ask', question)
    this.#o.count('asks', 1)
  }

  /** Rule 15: retention has cut records that were not read yet. */
  cut(start: number): void {
    this.#o.count('records_cut', start - this.positions.input)
    this.positions.input = start
    this.#moved = true
    for (const keyed of this.#keys.values()) {
      if (keyed.entry.left === null) continue
      keyed.entry.left = null
      this.#touch(keyed)
    }
  }

  /** Puts what is in progress on the live topic, for keys that changed since the last time. */
  showLive(): void {
    const { processor, topics, partition } = this.#o
    const unshown = [...this.#unshown]
    this.#unshown.clear()
    if (!topics.live || !processor.live) return
    const count = this.#o.partitions(topics.live)
    for (const keyed of unshown) {
      keyed.shown = true
      if (!keyed.live || count === 0) continue
      for (const value of processor.live(keyed.live.held.state)) {
        const json = JSON.stringify(value)
        this.#outbox.add({ topic: topics.live, partition: partition % count, key: keyed.entry.key, value: json })
      }
    }
  }

  /** Keys whose open window is over by the wall clock and that had no record since `idleSince` (monotonic ms). */
  overdue(idleSince: number, wallMs: number): { readonly key: string; readonly closesAt: number }[] {
    const { processor } = this.#o
    const found: { key: string; closesAt: number }[] = []
    for (const { entry, live, seenAt } of this.#keys.values()) {
      if (!live || seenAt > idleSince) continue
      const closesAt = processor.closesAt?.(live.held.state) ?? null
      if (closesAt !== null && closesAt <= wallMs) found.push({ key: entry.key, closesAt })
    }
    return found
  }

  /** Appends to the input what its writer should have: a promise that no trade before the time follows. */
  appendWatermark(key: string, watermarkMs: number): void {
    const value = { pair: key, watermark_ms: watermarkMs }
    this.#outbox.control(this.#o.topics.input, this.#o.partition, 'watermark', value)
  }

  /** @returns what the transaction has to write, changed states last; the engine is clean then. */
  take(): { readonly outputs: readonly OutRecord[]; readonly states: readonly { key: string; value: string }[] } {
    const states = [...this.#dirty].map(k => ({ key: k.entry.key, value: this.#codec.encode(k.entry) }))
    for (const keyed of this.#dirty) keyed.dirty = false
    this.#dirty.clear()
    this.#moved = false
    return { outputs: this.#outbox.take(), states }
  }

  #data(record: LogRecord): void {
    const { key } = record
    const keyed = key === null ? undefined : this.#keys.get(key)
    if (key === null) this.#deadLetter(record, this.#o.topics.input, 'malformed', 'the record has no key')
    else if (keyed?.live) this.#process(keyed, keyed.live, record)
    else if (keyed && tenure.openTenure(keyed.entry)) this.#o.count('records_held', 1)
    else if (keyed && (keyed.entry.left !== null || keyed.entry.tenures.length > 0))
      this.#deadLetter(record, this.#o.topics.input, 'unmarked', `the key's writer has moved it away from here`)
    else this.#startUnmarked(key, record)
  }

  #startUnmarked(key: string, record: LogRecord): void {
    const keyed = this.#key(key)
    tenure.startUnmarked(keyed.entry, record.offset, this.#codec)
    this.#refresh(keyed)
    if (keyed.live && this.#process(keyed, keyed.live, record)) this.#o.count('unmarked_keys', 1)
    // A rejected record founds no key, or rubbish would fill the memory.
    else this.#forget(keyed)
  }

  #forget(keyed: Keyed<State>): void {
    this.#keys.delete(keyed.entry.key)
    this.#dirty.delete(keyed)
    this.#unshown.delete(keyed)
  }

  /** @returns whether the record was taken. */
  #process(keyed: Keyed<State>, t: Tenure<State> & { held: Held<State> }, record: LogRecord): boolean {
    if (this.#poisonous.has(record.offset)) {
      this.#deadLetter(record, this.#o.topics.input, 'failed', FAILED)
      return false
    }
    this.#current = { keyed, tenure: t }
    keyed.seenAt = this.#now
    if (!keyed.dirty || keyed.shown) this.#touch(keyed)
    try {
      this.#o.processor.process(t.held.state, record, this.#emit)
      return true
    } catch (error) {
      if (!(error instanceof Rejected)) throw new ProcessorFailed(record.offset, error)
      this.#deadLetter(record, this.#o.topics.input, error.reason, error.message)
      return false
    }
  }

  #control(record: LogRecord): void {
    const kind = record.headers?.control ?? ''
    const value = controlValue(record)
    if (kind === 'arrive') this.#arrive(value, record.offset)
    else if (kind === 'move') this.#move(value, record.offset)
    else this.#other(kind, value, record)
  }

  #arrive(value: Record<string, unknown>, offset: number): void {
    const message = asArrive(value)
    const keyed = this.#key(message.pair)
    this.#follow(keyed, tenure.arrive(keyed.entry, message, offset, this.#codec))
    if (message.from !== null) this.#o.count('arrivals', 1)
    else if (keyed.live) this.#apply(keyed, keyed.live, 'arrive', value)
  }

  #move(value: Record<string, unknown>, offset: number): void {
    const message = asMove(value)
    const keyed = this.#key(message.pair)
    this.#follow(keyed, tenure.move(keyed.entry, message, offset))
  }

  /** A control record of the processor's. For a key that is not here, e.g. an idle watermark, it means nothing. */
  #other(kind: string, value: unknown, record: LogRecord): void {
    const keyed = this.#keys.get(record.key ?? '')
    if (keyed?.live) this.#apply(keyed, keyed.live, kind, value)
    else if (keyed && tenure.openTenure(keyed.entry)) this.#o.count('records_held', 1)
    else this.#o.count('controls_ignored', 1)
  }

  #apply(keyed: Keyed<State>, t: Tenure<State> & { held: Held<State> }, kind: string, value: unknown): void {
    this.#current = { keyed, tenure: t }
    this.#touch(keyed)
    this.#o.processor.control(t.held.state, kind, value, this.#emit)
  }

  #handover(message: Handover): void {
    const keyed = this.#key(message.pair)
    this.#follow(keyed, tenure.handover(keyed.entry, message, this.positions.input, this.#codec))
    if (keyed.entry.tenures.some(t => t.reread !== null)) this.#rereading.add(keyed)
    for (const outcome of tenure.passOn(keyed.entry)) this.#follow(keyed, outcome)
    this.#refresh(keyed)
  }

  /** Denies, for good, the states that were asked for and that this partition can have no more. */
  #answer(): void {
    if (this.#asks.length === 0) return
    const { group, topics } = this.#o
    const due = this.#asks.filter(ask => this.positions.input > ask.after)
    this.#asks = this.#asks.filter(ask => this.positions.input <= ask.after)
    for (const { pair, epoch, reply_to } of due) {
      if (!tenure.canDeny(this.#keys.get(pair)?.entry, epoch)) continue
      const answer: Handover = { group, pair, epoch, state: null, lost: true }
      this.#outbox.control(topics.handovers, reply_to, 'handover', answer)
    }
  }

  #follow(keyed: Keyed<State>, outcome: Outcome): void {
    if (outcome.count) this.#o.count(outcome.count, 1)
    if (outcome.pass) {
      const { to, epoch, held } = outcome.pass
      const state = held && this.#codec.pack(held as Held<State>)
      const message: Handover = { group: this.#o.group, pair: keyed.entry.key, epoch, state, lost: held === null }
      this.#outbox.control(this.#o.topics.handovers, to, 'handover', message)
      this.#o.count('handovers', 1)
    }
    this.#touch(keyed)
    this.#refresh(keyed)
  }

  #output(value: object): void {
    const { keyed, tenure: t } = this.#current!
    const { topics, partition, place, marksOutput } = this.#o
    const { key } = keyed.entry
    const count = this.#o.partitions(topics.output)
    const { route, markers } = routeOutput(key, t.held.route, partition, count, t.epoch, place)
    t.held.route = route
    if (marksOutput)
      for (const m of markers) this.#outbox.control(topics.output, m.partition, m.kind, { pair: key, ...m.value })
    if (markers.length > 1) this.#o.count('moves', 1)
    this.#outbox.add({ topic: topics.output, partition: route.partition, key, value: JSON.stringify(value) })
    this.#o.count('outputs', 1)
  }

  /** Runs what a control record asks for; one that is malformed goes to the dead letters. */
  #guard(record: LogRecord, topic: string, run: () => void): void {
    try {
      if (topic === this.#o.topics.input && this.#poisonous.has(record.offset)) throw new Rejected('failed', FAILED)
      run()
    } catch (error) {
      if (!(error instanceof Rejected)) throw new ProcessorFailed(record.offset, error)
      this.#deadLetter(record, topic, error.reason, error.message)
    }
  }

  #deadLetter(record: LogRecord, topic: string, reason: string, detail: string): void {
    const { service, partition, topics } = this.#o
    const headers = {
      source_topic: topic,
      source_partition: String(partition),
      source_offset: String(record.offset),
      reason,
      detail: detail.slice(0, 500),
      service,
    }
    this.#outbox.add({ topic: topics.deadLetters, partition: 0, key: record.key, value: record.value, headers })
    this.#o.count(`dead_letters:${reason}`, 1)
  }

  #key(key: string): Keyed<State> {
    return this.#keys.get(key) ?? this.#track(tenure.newEntry(key))
  }

  #track(entry: KeyEntry<State>): Keyed<State> {
    const keyed: Keyed<State> = { entry, live: null, dirty: false, shown: true, seenAt: 0 }
    this.#keys.set(entry.key, keyed)
    this.#refresh(keyed)
    return keyed
  }

  #refresh(keyed: Keyed<State>): void {
    const open = tenure.openTenure(keyed.entry)
    keyed.live = open && tenure.isLive(open) ? open : null
  }

  #touch(keyed: Keyed<State>): void {
    keyed.dirty = true
    keyed.shown = false
    this.#dirty.add(keyed)
    this.#unshown.add(keyed)
  }
}
