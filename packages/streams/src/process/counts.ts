/** Counts by name, reported once a transaction: a metric costs more than adding a number. */
export class Counts {
  #counts = new Map<string, number>()

  add(name: string, by: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by)
  }

  /** @returns what was counted since the last time. */
  take(): ReadonlyMap<string, number> {
    const counts = this.#counts
    this.#counts = new Map()
    return counts
  }
}
