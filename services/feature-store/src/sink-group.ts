import {
  assignWithin,
  type Clock,
  type GroupKind,
  type Log,
  type Membership,
  refusalAfterJoin,
  refuseOtherKind,
} from '@candlewick/streams'
import type { DeadLetters } from './dead-letters.ts'
import type { SinkEvent } from './events.ts'
import { SinkTask } from './sink-task.ts'
import type { Store } from './store.ts'

interface StoreWithLog {
  readonly store: Store
  /** Its own, as a log has one reader a partition. */
  readonly log: Log
}

export interface SinkGroupOptions {
  readonly group: string
  readonly service: string
  readonly topic: string
  readonly log: Log
  readonly stores: readonly StoreWithLog[]
  readonly deadLetters: DeadLetters
  readonly clock: Clock
  readonly httpUrl: string
  readonly observe: (event: SinkEvent) => void
}

/** This instance's share of one topic: a task for each of its partitions and each store. */
export class SinkGroup {
  readonly #o: SinkGroupOptions
  readonly #tasks = new Map<number, SinkTask[]>()
  #membership: Membership | undefined
  #generation = -1
  #assigned = false
  #assignments = 0
  #stopped = false
  readonly #done = Promise.withResolvers<void>()
  /** Resolves when the group has stopped. @throws GroupTaken when the group belongs to another service */
  readonly done = this.#done.promise

  constructor(options: SinkGroupOptions) {
    this.#o = options
    this.done.catch(() => {})
  }

  /** Joins the group. @throws GroupTaken */
  async start(): Promise<void> {
    const { group, topic, httpUrl, log } = this.#o
    await refuseOtherKind(log, group, this.#kind)
    this.#membership = await log.join({
      group,
      topics: [topic],
      companions: [],
      data: () => ({
        own: [...this.#tasks.keys()],
        gen: this.#generation,
        load: {},
        http_url: httpUrl,
        ...this.#kind,
      }),
      onAssigned: partitions => this.#onAssigned(partitions),
      onHeartbeat: generation => {
        this.#generation = generation
      },
      assign: assignWithin(this.#kind),
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    const ending = this.tasks().map(({ task }) => task.stop())
    this.#tasks.clear()
    await Promise.all(ending)
    await this.#membership?.leave()
    this.#done.resolve()
  }

  tasks(): { readonly store: string; readonly partition: number; readonly task: SinkTask }[] {
    const { stores } = this.#o
    return [...this.#tasks].flatMap(([partition, tasks]) =>
      tasks.map((task, i) => ({ store: stores[i]!.store.name, partition, task })),
    )
  }

  /** @returns why it is not ready, with each store that is not written; undefined when it is. */
  ready(): string | undefined {
    if (!this.#assigned) return 'not yet assigned to its group'
    const failing = this.tasks().filter(({ task }) => task.problem !== undefined)
    if (failing.length === 0) return undefined
    const firsts = [...Map.groupBy(failing, ({ store }) => store).values()].map(([first]) => first!)
    return firsts.map(f => `${f.store} does not store partition ${f.partition}: ${f.task.problem}`).join('; ')
  }

  get #kind(): GroupKind {
    return { service: this.#o.service, topic: this.#o.topic }
  }

  async #endIfGroupIsTaken(): Promise<void> {
    const { log, clock, group } = this.#o
    const assignment = this.#assignments
    const isCurrent = () => !this.#stopped && assignment === this.#assignments
    const refusal = await refusalAfterJoin(log, clock, group, this.#kind, isCurrent)
    if (refusal) this.#done.reject(refusal)
  }

  #onAssigned(partitions: readonly number[]): void {
    this.#assigned = true
    this.#assignments++
    if (partitions.length === 0) void this.#endIfGroupIsTaken()
    for (const [partition, tasks] of this.#tasks) {
      if (partitions.includes(partition)) continue
      this.#tasks.delete(partition)
      // Not waited for: what it stores meanwhile is what the next owner would store, or is superseded.
      for (const task of tasks) void task.stop()
    }
    for (const partition of partitions)
      if (!this.#tasks.has(partition)) this.#tasks.set(partition, this.#begin(partition))
  }

  #begin(partition: number): SinkTask[] {
    const { topic, stores, deadLetters, clock, observe } = this.#o
    return stores.map(({ store, log }) => {
      const task = new SinkTask({ log, store, source: { topic, partition }, deadLetters, clock, observe })
      task.start()
      return task
    })
  }
}
