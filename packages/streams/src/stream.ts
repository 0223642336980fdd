import { type Clock, systemClock } from '@candlewick/clock'
import type { JoinOptions, Log, MemberData, Membership, Outgoing } from '@candlewick/kafka/log'
import type { StreamEvent, TaskStatus } from './events.ts'
import { assignWithin, type GroupKind, refusalAfterJoin, refuseOtherKind } from './group-kind.ts'
import { followInput, type Place, TAKE_UP_MS } from './migration/placement.ts'
import type { Processor } from './processor.ts'
import { PartitionTask } from './task/partition-task.ts'
import type { TracePropagation } from './trace-propagation.ts'

export interface StreamOptions<State> {
  readonly log: Log
  /** The consumer group: instances that share it share the work. */
  readonly group: string
  readonly processor: Processor<State>
  /** Named in the dead letters. */
  readonly service: string
  readonly topics: {
    readonly input: string
    readonly output: string
    readonly live?: string
    readonly changelog: string
    readonly handovers: string
    readonly deadLetters: string
  }
  /** Whether another stream reads the output, so that it needs the markers of keys that move. */
  readonly marksOutput: boolean
  readonly place?: Place
  readonly commitIntervalMs?: number
  readonly closeAfterIdleMs?: number
  readonly askAfterMs?: number
  readonly httpUrl?: string | undefined
  readonly tracing?: () => TracePropagation
  readonly clock?: Clock
  readonly observe?: (event: StreamEvent) => void
}

const REFRESH_MS = 1000
/** Without an answer for this long the group counts as out of reach. */
const SILENT_MS = 10_000
/** The group gets loads as powers of two, so that noise does not cause another assignment. */
const coarse = (rate: number): number => (rate < 1 ? 0 : 2 ** Math.round(Math.log2(rate)))

/** One instance of a service: a member of its group with a task for each partition that it owns. */
export class Stream<State> {
  readonly #o: StreamOptions<State>
  readonly #clock: Clock
  readonly #tasks = new Map<number, PartitionTask<State>>()
  readonly #rates = new Map<number, { processed: number; rate: number; looks: number }>()
  readonly #partitions = new Map<string, number>()
  /** The same functions for all tasks, because V8 would compile their callers again for each new function. */
  readonly #countOf = (topic: string): number => this.#partitions.get(topic) ?? 0
  readonly #outgoing = (): Outgoing => this.#o.log.outgoing()
  readonly #heartbeats = new Set<() => void>()
  #membership: Membership | undefined
  #generation = -1
  #assigned = false
  #assignments = 0
  /** When the group last answered, monotonic ms. */
  #answeredAt = 0
  #stopped = false
  readonly #done = Promise.withResolvers<void>()
  /**
   * Resolves when the stream has stopped.
   * @throws StateRefused for states that only a newer service can continue
   * @throws GroupTaken when the group belongs to another service
   */
  readonly done = this.#done.promise

  constructor(options: StreamOptions<State>) {
    this.#o = options
    this.#clock = options.clock ?? systemClock
    this.done.catch(() => {})
  }

  /** Joins the group. @throws Error naming an output topic that does not exist; GroupTaken */
  async start(): Promise<void> {
    await this.#refreshPartitions(0)
    for (const [topic, count] of this.#partitions) if (count === 0) throw new Error(`Topic ${topic} does not exist`)
    const { topics, group, log } = this.#o
    await refuseOtherKind(log, group, this.#kind)
    const options: JoinOptions = {
      group,
      topics: [topics.input, topics.handovers],
      companions: [topics.handovers, topics.changelog],
      data: () => this.#memberData(),
      onAssigned: partitions => this.#onAssigned(partitions),
      onHeartbeat: generation => this.#onHeartbeat(generation),
      assign: assignWithin(this.#kind),
    }
    this.#membership = await log.join(options)
    void this.#watch()
  }

  /** Commits what is processed and leaves the group, so that other members take over at once. */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all([...this.#tasks.values()].map(task => task.stop()))
    this.#tasks.clear()
    await this.#membership?.leave()
    this.#done.resolve()
  }

  ready(): { readonly ok: boolean; readonly reason?: string } {
    if (!this.#assigned) return { ok: false, reason: 'not yet assigned to its group' }
    const silentMs = this.#clock.now() - this.#answeredAt
    if (silentMs > SILENT_MS)
      return { ok: false, reason: `no broker has answered for ${Math.round(silentMs / 1000)} seconds` }
    const waiting = [...this.#tasks].filter(([, task]) => !task.ready).map(([p]) => p)
    return waiting.length === 0
      ? { ok: true }
      : { ok: false, reason: `partitions being restored: ${waiting.join(', ')}` }
  }

  status(): readonly TaskStatus[] {
    return [...this.#tasks.values()].map(task => task.status)
  }

  #memberData(): MemberData {
    const tasks = [...this.#tasks]
    const own = tasks.filter(([, task]) => task.ready).map(([p]) => p)
    const held = tasks.filter(([, task]) => !task.ready).map(([p]) => p)
    const load = Object.fromEntries([...this.#rates].map(([p, { rate }]) => [p, coarse(rate)]))
    const { httpUrl: http_url, processor } = this.#o
    const state_version = processor.stateVersion
    return { own, held, gen: this.#generation, load, http_url, ...this.#kind, state_version }
  }

  get #kind(): GroupKind {
    return { service: this.#o.service, topic: this.#o.topics.input }
  }

  async #endIfGroupIsTaken(): Promise<void> {
    const assignment = this.#assignments
    const isCurrent = () => !this.#stopped && assignment === this.#assignments
    const refusal = await refusalAfterJoin(this.#o.log, this.#clock, this.#o.group, this.#kind, isCurrent)
    if (refusal) this.#done.reject(refusal)
  }

  /** Ends the tasks of revoked partitions and starts tasks for new ones. A task whose partition stays is not touched. */
  #onAssigned(partitions: readonly number[]): void {
    if (this.#stopped) return
    this.#assigned = true
    this.#assignments++
    if (partitions.length === 0) void this.#endIfGroupIsTaken()
    this.#answeredAt = this.#clock.now()
    for (const [p, task] of this.#tasks) {
      if (partitions.includes(p)) continue
      task.close()
      this.#tasks.delete(p)
      this.#rates.delete(p)
      this.#observe({ type: 'revoked', partition: p })
    }
    for (const p of partitions) {
      if (this.#tasks.has(p)) continue
      const task = this.#task(p)
      this.#tasks.set(p, task)
      task.start()
    }
    this.#observe({ type: 'assigned', partitions })
  }

  #onHeartbeat(generation: number): void {
    this.#generation = generation
    this.#answeredAt = this.#clock.now()
    for (const notify of this.#heartbeats) notify()
  }

  #task(partition: number): PartitionTask<State> {
    const { log, group, processor, service, topics, marksOutput, place = followInput } = this.#o
    return new PartitionTask({
      log,
      clock: this.#clock,
      group,
      processor,
      service,
      partition,
      topics,
      changelog: topics.changelog,
      transactionalId: `${group}-${topics.input}-${partition}`,
      marksOutput,
      place,
      commitIntervalMs: this.#o.commitIntervalMs ?? 200,
      closeAfterIdleMs: this.#o.closeAfterIdleMs ?? 0,
      askAfterMs: this.#o.askAfterMs ?? 30_000,
      tracing: this.#o.tracing,
      outgoing: this.#outgoing,
      partitions: this.#countOf,
      count: (name, by) => this.#observe({ type: 'counted', name, by }),
      observe: event => this.#observe(event),
      refused: error => this.#done.reject(error),
      confirmOwner: () => this.#heartbeatsAnswered(2),
    })
  }

  /** @returns a promise that resolves once so many heartbeats were answered from now on. */
  #heartbeatsAnswered(count: number): Promise<void> {
    let left = count
    return new Promise(resolve => {
      const notify = () => {
        if (--left > 0) return
        this.#heartbeats.delete(notify)
        resolve()
      }
      this.#heartbeats.add(notify)
    })
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      await this.#clock.sleep(REFRESH_MS)
      for (const [p, task] of this.#tasks) this.#measure(p, task.processed)
      // If the broker does not answer now, the next round asks again.
      void this.#refreshPartitions(TAKE_UP_MS).catch(() => {})
    }
  }

  /**
   * Keeps an exponentially decayed rate with a half-life of about ten seconds. A new task's rate is the mean since its
   * start, so that the task does not look idle to the next assignment.
   */
  #measure(partition: number, processed: number): void {
    const last = this.#rates.get(partition)
    if (!last) {
      this.#rates.set(partition, { processed, rate: 0, looks: 0 })
      return
    }
    const perSecond = ((processed - last.processed) * 1000) / REFRESH_MS
    const looks = last.looks + 1
    const rate = last.rate + Math.max(0.07, 1 / looks) * (perSecond - last.rate)
    this.#rates.set(partition, { processed, rate, looks })
  }

  /** Looks at partition counts, which are used from `inMs` on. Counts only grow: a stale answer must not move keys back. */
  async #refreshPartitions(inMs: number): Promise<void> {
    const { output, live } = this.#o.topics
    const counts = await this.#o.log.topics.partitions(live ? [output, live] : [output])
    if (inMs > 0) await this.#clock.sleep(inMs)
    for (const [topic, count] of counts) this.#partitions.set(topic, Math.max(count, this.#partitions.get(topic) ?? 0))
  }

  #observe(event: StreamEvent): void {
    this.#o.observe?.(event)
  }
}
