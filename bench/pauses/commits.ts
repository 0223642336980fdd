import { setTimeout as sleep } from 'node:timers/promises'

/** The time between a partition's commits, for a reader of its changelog with `isolation.level=read_committed`. */
export class Commits {
  readonly #last = new Map<number, number>()
  #longest = new Map<number, number>()

  /** Notes a commit of the partition at a monotonic time (ms). */
  note(partition: number, at = performance.now()): void {
    const last = this.#last.get(partition)
    if (last !== undefined) this.#longest.set(partition, Math.max(at - last, this.#longest.get(partition) ?? 0))
    this.#last.set(partition, at)
  }

  get partitions(): number {
    return this.#last.size
  }

  /**
   * @returns the longest time (ms) that any partition went without a commit while `run` ran and for `forMs` afterwards.
   */
  async during(run: () => Promise<void> | void, forMs: number): Promise<number> {
    this.#longest = new Map()
    await run()
    await sleep(forMs)
    return Math.max(...this.#longest.values())
  }

  /**
   * Resolves when this many partitions have committed. @returns how long that took, ms. @throws Error if it takes too long
   */
  async reach(partitions: number): Promise<number> {
    const startedAt = performance.now()
    while (this.partitions < partitions) {
      if (performance.now() - startedAt > 60_000) throw new Error(`Only ${this.partitions} partitions have committed`)
      await sleep(10)
    }
    return performance.now() - startedAt
  }
}
