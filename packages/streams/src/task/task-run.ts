import type { TaskStatus } from '../events.ts'
import { HandoverRequests } from '../migration/handover-requests.ts'
import type { Positions } from '../state/changelog.ts'
import { CatchUp } from './catch-up.ts'
import { CommitSchedule, type Pace } from './commit-schedule.ts'
import { InputReader } from './input-reader.ts'
import type { RestoredTask } from './restore.ts'
import type { TaskLife } from './task-life.ts'
import type { TaskOptions } from './task-options.ts'
import { TaskTransaction } from './task-transaction.ts'

/** How often a task looks for live outputs and idle keys, which become due by time alone. */
const TICK_MS = 1000
/** Time after which an added partition has a task that claims keys: the group finds the partition within 5 s, and its state is empty. */
const TAKE_OVER_MS = 10_000
/** A task that reads records older than this commits in larger batches: nobody waits for its newest record. */
const FAR_BEHIND_MS = 10_000
/** Outputs that were due longer ago than this are history. No reader waits for such outputs one by one. */
const HISTORY_MS = 60_000

/** A running task, from the end of its restore to the next error or its end. */
export class TaskRun<State> {
  readonly #task: RestoredTask<State>
  readonly #life: TaskLife
  readonly #input: InputReader
  readonly #handovers: InputReader
  readonly #schedule: CommitSchedule
  readonly #transaction: TaskTransaction<State>
  readonly #catchUp: CatchUp<State>
  readonly #requests: HandoverRequests<State>
  #end: number
  /** When the newest record that was read was appended to the log, Unix ms. */
  #readMs = 0
  #tickedAt = 0
  /** The input's number of partitions at the last look, and since when it has been that number, monotonic ms. */
  #partitions = 0
  #grownAt = 0
  #wake: () => void = () => {}
  #isAwake = false

  /** @param report called with the metrics of each transaction */
  constructor(task: RestoredTask<State>, life: TaskLife, report: TaskOptions<State>['count']) {
    const { options, processor, input, handovers } = task
    this.#task = task
    this.#life = life
    this.#end = input.end
    this.#schedule = new CommitSchedule(options.commitIntervalMs, options.clock.now())
    this.#transaction = new TaskTransaction(task, this.#schedule, report)
    this.#catchUp = new CatchUp(task, life, () => this.#commit())
    this.#requests = new HandoverRequests(options.log, options.topics.input, options.partition, options.askAfterMs)
    if (processor.positions.input < input.start) this.#truncated('input', input.start)
    if (processor.positions.handovers < handovers.start) this.#truncated('handovers', handovers.start)
    this.#input = this.#reader('input')
    this.#handovers = this.#reader('handovers')
    life.onEnding = () => this.#wakeUp()
  }

  /** How many records of the input it has processed. */
  get records(): number {
    return this.#task.processor.records
  }

  /** Whether a transaction was committed. */
  get hasCommitted(): boolean {
    return this.#schedule.hasCommitted
  }

  get isReady(): boolean {
    return this.#life.state === 'running' || this.#life.state === 'stopping'
  }

  get status(): TaskStatus {
    const { options, processor } = this.#task
    const { partition, clock } = options
    const position = processor.positions.input
    const awaiting = processor.awaiting()
    return {
      partition,
      ready: this.isReady,
      keys: processor.keys,
      awaiting: awaiting.length,
      awaitingMs: this.#requests.longestMs(awaiting, clock.now()),
      overdue: processor.timed.overdue(clock.wall()),
      lag: Math.max(0, Math.max(this.#end, this.#input.logEnd) - position),
      position,
    }
  }

  /** Catches up, then processes and commits until the task is asked to end. @throws any error: the task restores itself */
  async run(): Promise<void> {
    if (this.#life.enter('catching up')) await this.#catchUp.run()
    if (this.#life.enter('running')) this.#reportRestored()
    while (this.#life.state === 'running') await this.#step()
    if (this.#life.state === 'stopping' && this.#schedule.hasWork(this.#task.processor)) await this.#commit()
  }

  /** Closes the readers and the producer. */
  async end(): Promise<void> {
    this.#life.onEnding = () => {}
    this.#input.close()
    this.#handovers.close()
    await this.#task.producer.close().catch(() => {})
  }

  #reportRestored(): void {
    const { options, processor, startedAt, records } = this.#task
    const { partition, clock } = options
    options.observe({ type: 'restored', partition, keys: processor.keys, records, ms: clock.now() - startedAt })
  }

  /** Processes what has been read, commits if that is due, and waits if there was nothing to read. */
  async #step(): Promise<void> {
    const { processor: partitionProcessor, options } = this.#task
    const { clock } = options
    const schedule = this.#schedule
    const progressed = this.#pollHandovers() || this.#pollInput()
    await this.#requests.ask(partitionProcessor, clock.now())
    if (!progressed) await this.#task.identity.confirm()
    await this.#catchUp.run()
    if (this.#life.state !== 'running') return
    const behind = partitionProcessor.positions.input < this.#end
    const idle = !progressed && !behind
    // Outputs for which a reader waits are committed first.
    if (idle && partitionProcessor.outputs === 0) this.#tick()
    const pace = this.#pace(behind)
    const dueMs = schedule.dueMs(partitionProcessor, pace)
    const nothingElseToDo = idle && partitionProcessor.outputs > 0 && pace !== 'history'
    if (clock.now() >= dueMs || schedule.isFull(partitionProcessor) || nothingElseToDo) await this.#commit()
    if (this.#life.state === 'running' && !progressed) await this.#wait(Math.min(TICK_MS, dueMs - clock.now()))
  }

  #pace(behind: boolean): Pace {
    const { processor, logNow } = this.#task
    if (behind && logNow() - this.#readMs > FAR_BEHIND_MS) return 'far behind'
    return processor.outputsWereDueBy(logNow() - HISTORY_MS) ? 'history' : 'live'
  }

  #commit(): Promise<void> {
    return this.#transaction.commit(this.#life.state === 'stopping')
  }

  /** Processes all handovers that have come, because one re-read serves all of them. @returns whether there were any */
  #pollHandovers(): boolean {
    let chunk = this.#handovers.poll()
    if (!chunk) return false
    for (; chunk; chunk = this.#handovers.poll()) {
      this.#task.processor.handovers(chunk)
      this.#task.identity.read('handovers', chunk)
    }
    return true
  }

  #pollInput(): boolean {
    const chunk = this.#input.poll()
    if (!chunk) return false
    this.#end = Math.max(chunk.end, chunk.next)
    this.#readMs = chunk.records.at(-1)?.timestamp ?? this.#readMs
    this.#task.processor.input(chunk, this.#task.options.clock.now())
    this.#task.identity.read('input', chunk)
    chunk.release?.()
    return true
  }

  #reader(which: keyof Positions): InputReader {
    const { options, processor } = this.#task
    const { log, topics, partition } = options
    return new InputReader(log, topics[which], partition, processor.positions[which], {
      wake: () => this.#wakeUp(),
      truncated: start => this.#truncated(which, start),
    })
  }

  #truncated(which: keyof Positions, start: number): void {
    const { options, processor } = this.#task
    const from = processor.positions[which]
    // The position is past the end of the log, not before its start. The restore finds out why.
    if (start < from) throw new Error(`${options.topics[which]}/${options.partition} ends before offset ${from}`)
    processor.truncate(which, start)
    options.observe({ type: 'truncated', partition: options.partition, topic: options.topics[which], from, start })
  }

  /** Collects outputs that become due by time alone, when there is nothing left to read. */
  #tick(): void {
    const { options, processor, logNow } = this.#task
    const { clock, closeAfterIdleMs } = options
    const now = clock.now()
    if (now - this.#tickedAt < TICK_MS) return
    this.#tickedAt = now
    processor.timed.showLive()
    if (closeAfterIdleMs === 0) return
    const mayBeElsewhere = this.#mayBeElsewhere(now)
    processor.timed.closeIdle(now - closeAfterIdleMs, logNow() - closeAfterIdleMs, mayBeElsewhere)
  }

  /** @returns whether there may be a partition with keys without markers that its task has not had the time to claim. */
  #mayBeElsewhere(now: number): boolean {
    const { partitions, topics } = this.#task.options
    const count = partitions(topics.input)
    if (count !== this.#partitions) {
      this.#partitions = count
      this.#grownAt = now
    }
    return count > 1 && now - this.#grownAt < TAKE_OVER_MS
  }

  #wakeUp(): void {
    this.#isAwake = true
    this.#wake()
  }

  async #wait(ms: number): Promise<void> {
    if (!this.#isAwake) {
      const woken = new Promise<void>(resolve => {
        this.#wake = resolve
      })
      await Promise.race([woken, this.#task.options.clock.sleep(Math.max(1, ms))])
    }
    this.#isAwake = false
  }
}
