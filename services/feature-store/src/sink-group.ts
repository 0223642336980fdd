import { type Clock, GroupShare, type Log } from '@candlewick/streams'
import type { DeadLetters } from './dead-letters.ts'
import type { SinkEvent } from './events.ts'
import type { RowKind } from './kind.ts'
import { SinkTask } from './sink-task.ts'
import type { Store } from './store.ts'

const COMMIT_MS = 1000

interface StoreWithLog {
  readonly store: Store
  /** The store's own log, because a log has one reader for each partition. */
  readonly log: Log
}

export interface SinkGroupOptions {
  readonly group: string
  readonly service: string
  readonly topic: string
  readonly kind: RowKind
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
  /** Promises that resolve when the tasks of revoked partitions have ended. A partition has one reader at a time, so its next tasks wait for them. */
  readonly #ending = new Map<number, Promise<unknown>>()
  readonly #share: GroupShare
  #committed = ''
  /** Resolves when the group has stopped. @throws GroupTaken if the group belongs to another service */
  readonly done: Promise<void>

  constructor(options: SinkGroupOptions) {
    const { log, clock, group, httpUrl, service, topic } = options
    this.#o = options
    this.#share = new GroupShare({ log, clock, group, httpUrl, kind: { service, topic } })
    this.done = this.#share.done
  }

  /** Joins the group. @throws GroupTaken */
  async start(): Promise<void> {
    await this.#share.join({
      topics: [this.#o.topic],
      companions: [],
      data: () => ({ own: [...this.#tasks.keys()], load: {} }),
      onAssigned: partitions => this.#onAssigned(partitions),
    })
    void this.#commitNowAndThen()
  }

  async stop(): Promise<void> {
    this.#share.stop()
    await Promise.all(this.tasks().map(({ task }) => task.stop()))
    await Promise.race([this.#commit(), this.#o.clock.sleep(COMMIT_MS)])
    this.#tasks.clear()
    await this.#share.leave()
  }

  tasks(): { readonly store: string; readonly partition: number; readonly task: SinkTask }[] {
    const { stores } = this.#o
    return [...this.#tasks].flatMap(([partition, tasks]) =>
      tasks.map((task, i) => ({ store: stores[i]!.store.name, partition, task })),
    )
  }

  /** @returns why the group is not ready, with each store that cannot be written; undefined if it is ready. */
  ready(): string | undefined {
    const problem = this.#share.problem()
    if (problem !== undefined) return problem
    const failing = this.tasks().filter(({ task }) => task.problem !== undefined)
    if (failing.length === 0) return undefined
    const firsts = [...Map.groupBy(failing, ({ store }) => store).values()].map(([first]) => first!)
    return firsts.map(f => `${f.store} does not store partition ${f.partition}: ${f.task.problem}`).join('; ')
  }

  async #commitNowAndThen(): Promise<void> {
    while (!this.#share.stopped) {
      await this.#o.clock.sleep(COMMIT_MS)
      await this.#commit()
    }
  }

  /**
   * Commits the group's offsets, so that Console, `rpk` and the page show how far all stores have come. The service never reads
   * them back, because each store has its own position. If a commit fails, e.g. during a rebalance, the next one replaces it.
   */
  async #commit(): Promise<void> {
    const { topic } = this.#o
    const positions = [...this.#tasks].flatMap(([partition, tasks]) => {
      const known = tasks.map(({ position }) => position).filter(position => position !== undefined)
      return known.length === tasks.length ? [{ topic, partition, offset: Math.min(...known) }] : []
    })
    const text = JSON.stringify(positions)
    if (positions.length === 0 || text === this.#committed) return
    await this.#share.commit(positions).then(
      () => {
        this.#committed = text
      },
      () => {},
    )
  }

  #onAssigned(partitions: readonly number[]): void {
    for (const [partition, tasks] of this.#tasks) {
      if (partitions.includes(partition)) continue
      this.#tasks.delete(partition)
      // The next owner does not wait for this task's end. Rows stored meanwhile equal the rows that the owner would store, or are superseded.
      this.#ending.set(partition, Promise.all(tasks.map(task => task.stop())))
    }
    for (const partition of partitions)
      if (!this.#tasks.has(partition)) this.#tasks.set(partition, this.#begin(partition))
  }

  #begin(partition: number): SinkTask[] {
    const { topic, kind, stores, deadLetters, clock, observe } = this.#o
    const source = { topic, partition }
    const tasks = stores.map(
      ({ store, log }) => new SinkTask({ log, store, source, kind, deadLetters, clock, observe }),
    )
    void Promise.resolve(this.#ending.get(partition)).then(() => {
      for (const task of tasks) task.start()
    })
    return tasks
  }
}
