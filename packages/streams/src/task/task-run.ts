import type { Clock } from '@candlewick/clock'
import type { GroupOffsets, Log, TransactionalProducer } from '@candlewick/kafka/log'
import type { StreamEvent, TaskStatus } from '../events.ts'
import { HandoverRequests } from '../migration/handover-requests.ts'
import { PartitionCountCheck } from '../migration/partition-count-check.ts'
import { Counts } from '../process/counts.ts'
import type { PartitionOptions } from '../process/partition-options.ts'
import { PartitionProcessor } from '../process/partition-processor.ts'
import { barrierRecord, type Positions, positionRecord, readChangelog } from '../state/changelog.ts'
import { StateCodec, type StateRefused } from '../state/state-codec.ts'
import type { TracePropagation } from '../trace-propagation.ts'
import { CommitSchedule, MOST_OUTPUTS } from './commit-schedule.ts'
import { InputReader } from './input-reader.ts'
import { rangesOf, warmUp } from './warm-up.ts'

export interface TaskOptions<State> extends Omit<PartitionOptions<State>, 'tracing'> {
  /** New for each stretch; absent where there is no tracing. */
  readonly tracing?: (() => TracePropagation) | undefined
  readonly log: Log
  readonly clock: Clock
  readonly changelog: string
  readonly transactionalId: string
  readonly commitIntervalMs: number
  readonly closeAfterIdleMs: number
  readonly askAfterMs: number
  observe(event: StreamEvent): void
  /** This service cannot continue what is stored: the instance has to end. */
  refused(error: StateRefused): void
  /** Resolves when this member is known to own the partition still, after a fence that may have been a zombie's. */
  confirmOwner(): Promise<void>
}

/** Whatever is due by time (live candles, idle keys) is looked at this often. */
const TICK_MS = 1000
/** Far behind is who reads records that are older than this. */
const FAR_BEHIND_MS = 10_000

/** One stretch of a task's life, from a restore to the next error. */
export class TaskRun<State> {
  readonly #o: Omit<TaskOptions<State>, 'tracing'> & PartitionOptions<State>
  readonly #poisonOffsets: ReadonlySet<number>
  readonly #requests: HandoverRequests<State>
  readonly #codec: StateCodec<State>
  readonly #counts = new Counts()
  readonly #told: TaskOptions<State>['count']
  readonly #schedule: CommitSchedule
  #processor: PartitionProcessor<State> | undefined
  #countCheck: PartitionCountCheck | undefined
  #producer: TransactionalProducer | undefined
  #input: InputReader | undefined
  #handovers: InputReader | undefined
  #end = 0
  /** When the newest record that was read had been written, Unix ms. */
  #readMs = 0
  #closed = false
  #stopping = false
  #wake: () => void = () => {}
  #woken = false
  #tickedAt = 0
  /** From the monotonic clock to the one that stamps records, which no jump of this machine's wall clock touches, ms. */
  #logAheadMs = 0
  running = false
  /** Whether a transaction has got through. */
  committed = false

  constructor(options: TaskOptions<State>, poisonOffsets: ReadonlySet<number>) {
    this.#o = { ...options, tracing: options.tracing?.(), count: (name, by) => this.#counts.add(name, by) }
    this.#told = options.count
    this.#poisonOffsets = poisonOffsets
    this.#schedule = new CommitSchedule(options.commitIntervalMs, options.clock.now())
    this.#codec = new StateCodec(options.processor, `${options.changelog}/${options.partition}`)
    this.#requests = new HandoverRequests(options.log, options.topics.input, options.partition, options.askAfterMs)
  }

  get records(): number {
    return this.#processor?.records ?? 0
  }

  get status(): TaskStatus {
    const { partition, clock } = this.#o
    const position = this.#processor?.positions.input ?? 0
    const awaiting = this.#processor?.awaiting() ?? []
    return {
      partition,
      ready: this.running,
      keys: this.#processor?.keys ?? 0,
      awaiting: awaiting.length,
      awaitingMs: this.#requests.longestMs(awaiting, clock.now()),
      overdue: this.#processor?.timed.overdue(clock.wall()) ?? 0,
      lag: Math.max(0, this.#end - position),
      position,
    }
  }

  stop(): void {
    this.#stopping = true
    this.#wakeUp()
  }

  close(): void {
    this.#closed = true
    this.running = false
    this.#wakeUp()
  }

  async end(): Promise<void> {
    this.running = false
    this.#input?.close()
    this.#handovers?.close()
    await this.#producer?.close().catch(() => {})
  }

  /** Fences older owners, then reads the changelog up to a barrier that it has just written itself, and with it. */
  async restore(): Promise<void> {
    const { log, clock, partition, changelog, topics } = this.#o
    const startedAt = clock.now()
    this.#producer = await log.producer(this.#o.transactionalId)
    const barrier = await this.#producer.transact([barrierRecord(changelog, partition, clock.wall())])
    const { start } = await log.offsets(changelog, partition)
    const restored = await readChangelog(
      log.read(changelog, partition, start, barrier! + 1),
      this.#codec,
      `${changelog}/${partition}`,
    )
    this.#logAheadMs = (restored.barrierMs ?? clock.wall()) - clock.now()
    const input = await log.offsets(topics.input, partition)
    const handovers = await log.offsets(topics.handovers, partition)
    const positions = restored.positions ?? { input: input.start, handovers: handovers.start }
    const countCheck = await PartitionCountCheck.of(log, topics.input, partition, this.#logNow())
    const partitionProcessor = new PartitionProcessor(
      this.#o,
      restored.entries,
      positions,
      this.#poisonOffsets,
      countCheck,
    )
    this.#countCheck = countCheck
    this.#processor = partitionProcessor
    this.#end = input.end
    if (positions.input < input.start) this.#truncated('input', input.start)
    if (positions.handovers < handovers.start) this.#truncated('handovers', handovers.start)
    this.#input = this.#source('input')
    this.#handovers = this.#source('handovers')
    await this.#reread()
    if (this.#closed) return
    this.running = true
    const ms = clock.now() - startedAt
    this.#o.observe({ type: 'restored', partition, keys: partitionProcessor.keys, records: restored.records, ms })
  }

  async loop(): Promise<void> {
    const partitionProcessor = this.#processor!
    const { clock } = this.#o
    const schedule = this.#schedule
    while (!this.#closed) {
      const progressed = this.#pollHandovers() || this.#pollInput()
      await this.#requests.ask(partitionProcessor, clock.now())
      await this.#reread()
      if (this.#closed) return
      const behind = partitionProcessor.positions.input < this.#end
      const idle = !progressed && !behind
      // What others wait for goes first.
      if (idle && partitionProcessor.outputs === 0) this.#tick()
      const dueMs = schedule.dueMs(partitionProcessor, behind && this.#logNow() - this.#readMs > FAR_BEHIND_MS)
      const isDue =
        clock.now() >= dueMs || schedule.isFull(partitionProcessor) || (idle && partitionProcessor.outputs > 0)
      if (isDue || (this.#stopping && schedule.hasWork(partitionProcessor))) await this.#commit()
      if (this.#stopping) return
      if (!progressed) await this.#wait(Math.min(TICK_MS, dueMs - clock.now()))
    }
  }

  /** By the clock that stamps records, Unix ms. */
  #logNow(): number {
    return this.#o.clock.now() + this.#logAheadMs
  }

  /** All that have arrived, as one re-read serves them. @returns whether there was anything */
  #pollHandovers(): boolean {
    let chunk = this.#handovers?.poll()
    if (!chunk) return false
    for (; chunk; chunk = this.#handovers?.poll()) this.#processor?.handovers(chunk)
    return true
  }

  #pollInput(): boolean {
    const chunk = this.#input?.poll()
    if (!chunk) return false
    this.#end = Math.max(chunk.end, chunk.next)
    this.#readMs = chunk.records.at(-1)?.timestamp ?? this.#readMs
    this.#processor?.input(chunk, this.#o.clock.now())
    chunk.release?.()
    return true
  }

  #source(which: keyof Positions): InputReader {
    const { log, topics, partition } = this.#o
    return new InputReader(log, topics[which], partition, this.#processor!.positions[which], {
      wake: () => this.#wakeUp(),
      truncated: start => this.#truncated(which, start),
    })
  }

  #truncated(which: keyof Positions, start: number): void {
    const { partition, topics } = this.#o
    const partitionProcessor = this.#processor!
    const from = partitionProcessor.positions[which]
    partitionProcessor.truncate(which, start)
    this.#o.observe({ type: 'truncated', partition, topic: topics[which], from, start })
  }

  /**
   * Warms states up that were made with other settings, from the records of every partition that their keys may have
   * been in. It is committed with what comes next; whoever crashes before does it again.
   */
  async #warmUp(): Promise<void> {
    const partitionProcessor = this.#processor!
    const { log, clock, topics, partition, processor } = this.#o
    const keysToWarmUp = partitionProcessor.keysToWarmUp()
    if (keysToWarmUp.size === 0 || !processor.warmUp) return
    const startedAt = clock.now()
    const ranges = await rangesOf(log, topics.input, keysToWarmUp, partition, partitionProcessor.positions.input)
    const isOver = () => this.#closed || this.#stopping
    const records = await warmUp(log, topics.input, ranges, keysToWarmUp, processor.warmUp, isOver)
    if (records === undefined) return this.close()
    partitionProcessor.endWarmUp(keysToWarmUp)
    this.#o.observe({ type: 'warmed', partition, keys: keysToWarmUp.size, records, ms: clock.now() - startedAt })
  }

  /** Reads again what was only noted for keys whose state has come; one pass for all of them, committed in pieces. */
  async #reread(): Promise<void> {
    await this.#warmUp()
    if (this.#closed) return
    const partitionProcessor = this.#processor!
    const { log, topics, partition } = this.#o
    const range = partitionProcessor.rereadRange()
    if (!range) return
    const { start } = await log.offsets(topics.input, partition)
    if (start > range.from) partitionProcessor.truncateReread(start)
    for await (const records of log.read(topics.input, partition, Math.max(start, range.from), range.to)) {
      if (this.#closed || this.#stopping) return
      const last = records.at(-1)
      if (last) partitionProcessor.reread(records, last.offset + 1)
      if (partitionProcessor.outputs >= MOST_OUTPUTS) await this.#commit()
    }
    partitionProcessor.endReread()
  }

  /** What is due by time and only when nothing is left to read. */
  #tick(): void {
    const { clock, closeAfterIdleMs } = this.#o
    const partitionProcessor = this.#processor!
    const now = clock.now()
    if (now - this.#tickedAt < TICK_MS) return
    this.#tickedAt = now
    partitionProcessor.timed.showLive()
    if (closeAfterIdleMs > 0)
      partitionProcessor.timed.closeIdle(now - closeAfterIdleMs, this.#logNow() - closeAfterIdleMs)
  }

  /**
   * One transaction, in this order: 1 outputs, 2 the changelog records of the keys that changed, 3 the positions that
   * they belong to, 4 once a second the group's offsets, for those who watch its lag, 5 the commit.
   */
  async #commit(): Promise<void> {
    const partitionProcessor = this.#processor!
    const { log, clock, partition, changelog, topics } = this.#o
    await this.#countCheck!.confirm(log, topics.input, partition)
    const startedAt = clock.now()
    const positions: Positions = { ...partitionProcessor.positions }
    const { records, outputs, dueMs } = partitionProcessor.take(changelog)
    // Before the transaction, whose outcome may stay unknown: rather twice than never.
    for (const [name, by] of this.#counts.take()) this.#told(name, by)
    records.push(positionRecord(changelog, partition, positions))
    const writesOffsets = this.#stopping || this.#schedule.writesOffsets(startedAt)
    await this.#producer!.transact(records, writesOffsets ? this.#offsets(positions) : undefined)
    this.committed = true
    this.#o.tracing?.written()
    const ms = clock.now() - startedAt
    const count = this.#schedule.committed(partitionProcessor, clock.now(), writesOffsets)
    const wallMs = clock.wall()
    const delaysMs = dueMs.map(due => wallMs - due)
    this.#o.observe({ type: 'committed', partition, records: count, outputs, ms, delaysMs })
  }

  #offsets({ input, handovers }: Positions): GroupOffsets {
    const { group, topics, partition } = this.#o
    const positions = [
      { topic: topics.input, partition, offset: input },
      { topic: topics.handovers, partition, offset: handovers },
    ]
    return { group, positions }
  }

  #wakeUp(): void {
    this.#woken = true
    this.#wake()
  }

  async #wait(ms: number): Promise<void> {
    if (!this.#woken) {
      const woken = new Promise<void>(resolve => {
        this.#wake = resolve
      })
      await Promise.race([woken, this.#o.clock.sleep(Math.max(1, ms))])
    }
    this.#woken = false
  }
}
