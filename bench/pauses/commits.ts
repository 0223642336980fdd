import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The time between commits of a key's state, for a reader of the changelog with `isolation.level=read_committed`. While a key
 * moves, the time is from its last commit in the old partition to its first one in the new. A partition without keys has none.
 */
export class Commits {
  readonly #partitions = new Set<number>()
  readonly #last = new Map<string, number>()
  #longest = new Map<string, number>()

  /** Notes that the partition has committed. */
  notePartition(partition: number): void {
    this.#partitions.add(partition)
  }

  /** Notes a commit of the key's state at a monotonic time (ms). */
  noteKey(key: string, at = performance.now()): void {
    const last = this.#last.get(key)
    if (last !== undefined) this.#longest.set(key, Math.max(at - last, this.#longest.get(key) ?? 0))
    this.#last.set(key, at)
  }

  get partitions(): number {
    return this.#partitions.size
  }

  /**
   * @returns the longest time (ms) that any key's state went without a commit while `run` ran and for `forMs` afterwards.
   */
  async during(run: () => unknown, forMs: number): Promise<number> {
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
