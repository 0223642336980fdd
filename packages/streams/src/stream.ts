import { type Clock, systemClock } from '@candlewick/clock'
import type { Log, MemberData, Outgoing } from '@candlewick/kafka/log'
import type { StreamEvent, TaskStatus } from './events.ts'
import { GroupShare } from './group-share.ts'
import { followInput, type Place, TAKE_UP_MS } from './migration/placement.ts'
import type { Processor } from './processor.ts'
import { PartitionTask } from './task/partition-task.ts'
import type { TracePropagation } from './trace-propagation.ts'

export interface StreamOptions<State> {
  readonly log: Log
  /** The consumer group, whose instances share the work. */
  readonly group: string
  readonly processor: Processor<State>
  /** The service's name, which dead letters have. */
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
  /** The largest state in one record, bytes: half of a broker's default limit. Larger states are written in parts. */
  readonly recordBytesMax?: number
  readonly httpUrl?: string | undefined
  readonly tracing?: () => TracePropagation
  readonly clock?: Clock
  readonly observe?: (event: StreamEvent) => void
}

const REFRESH_MS = 1000
/** Loads are announced to the group as powers of two, so that noise does not cause another assignment. */
const coarse = (rate: number): number => (rate < 1 ? 0 : 2 ** Math.round(Math.log2(rate)))

/** One instance of a service: a member of its group with a task for each partition that it owns. */
export class Stream<State> {
  readonly #o: StreamOptions<State>
  readonly #clock: Clock
  readonly #tasks = new Map<number, PartitionTask<State>>()
  readonly #rates = new Map<number, { processed: number; rate: number; looks: number }>()
  readonly #partitions = new Map<string, number>()
  /** All tasks share these functions, because V8 would compile their callers again for each new function. */
  readonly #countOf = (topic: string): number => this.#partitions.get(topic) ?? 0
  readonly #outgoing = (): Outgoing => this.#o.log.outgoing()
  readonly #heartbeats = new Set<() => void>()
  readonly #share: GroupShare
  /**
   * Resolves when the stream has stopped.
   * @throws StateRefused for states that only a newer service can continue
   * @throws GroupTaken if the group belongs to another service
   */
  readonly done: Promise<void>

  constructor(options: StreamOptions<State>) {
    this.#o = options
    const { log, group, service, topics, httpUrl, clock = systemClock } = options
    this.#clock = clock
    this.#share = new GroupShare({ log, clock, group, httpUrl, kind: { service, topic: topics.input } })
    this.done = this.#share.done
  }

  /** Joins the group. @throws Error that names a topic other than the input which does not exist; GroupTaken */
  async start(): Promise<void> {
    await this.#refreshPartitions(0)
    const { topics } = this.#o
    for (const [topic, count] of this.#partitions)
      if (count === 0 && topic !== topics.input) throw new Error(`Topic ${topic} does not exist`)
    await this.#share.join({
      topics: [topics.input, topics.handovers],
      companions: [topics.handovers, topics.changelog],
      data: () => this.#memberData(),
      onAssigned: partitions => this.#onAssigned(partitions),
      onHeartbeat: () => this.#onHeartbeat(),
    })
    void this.#watch()
  }

  /** Commits what is processed and leaves the group, so that other members take over at once. */
  async stop(): Promise<void> {
    this.#share.stop()
    await Promise.all([...this.#tasks.values()].map(task => task.stop()))
    this.#tasks.clear()
    await this.#share.leave()
  }

  ready(): { readonly ok: boolean; readonly reason?: string } {
    const reason = this.#share.problem()
    if (reason !== undefined) return { ok: false, reason }
    const waiting = [...this.#tasks].filter(([, task]) => !task.ready).map(([p]) => p)
    return waiting.length === 0
      ? { ok: true }
      : { ok: false, reason: `partitions being restored: ${waiting.join(', ')}` }
  }

  status(): readonly TaskStatus[] {
    return [...this.#tasks.values()].map(task => task.status)
  }

  #memberData(): Pick<MemberData, 'own' | 'held' | 'load' | 'state_version'> {
    const tasks = [...this.#tasks]
    const own = tasks.filter(([, task]) => task.ready).map(([p]) => p)
    const held = tasks.filter(([, task]) => !task.ready).map(([p]) => p)
    const load = Object.fromEntries([...this.#rates].map(([p, { rate }]) => [p, coarse(rate)]))
    return { own, held, load, state_version: this.#o.processor.stateVersion }
  }

  /** Ends the tasks of revoked partitions and starts tasks for new ones. A task whose partition stays is not touched. */
  #onAssigned(partitions: readonly number[]): void {
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

  #onHeartbeat(): void {
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
      recordBytesMax: this.#o.recordBytesMax,
      tracing: this.#o.tracing,
      outgoing: this.#outgoing,
      partitions: this.#countOf,
      count: (name, by) => this.#observe({ type: 'counted', name, by }),
      observe: event => this.#observe(event),
      refused: error => this.#share.fail(error),
      confirmOwner: () => this.#heartbeatsAnswered(2),
    })
  }

  /** @returns a promise that resolves after this many further heartbeats have been answered. */
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
    while (!this.#share.stopped) {
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

  /**
   * Updates the partition counts. New counts of outputs are used from `inMs` on. Counts only grow, because a stale answer must not
   * move keys back.
   */
  async #refreshPartitions(inMs: number): Promise<void> {
    const { input, handovers, output, live } = this.#o.topics
    const topics = [input, handovers, output]
    const counts = await this.#o.log.topics.partitions(live ? [...topics, live] : topics)
    const note = (topic: string) =>
      this.#partitions.set(topic, Math.max(counts.get(topic) ?? 0, this.#partitions.get(topic) ?? 0))
    note(input)
    note(handovers)
    if (inMs > 0) await this.#clock.sleep(inMs)
    for (const topic of counts.keys()) note(topic)
  }

  #observe(event: StreamEvent): void {
    this.#o.observe?.(event)
  }
}
