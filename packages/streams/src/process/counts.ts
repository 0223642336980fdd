/** Counts by name. They are reported once per transaction, because a metric costs more than adding a number. */
export class Counts {
  #counts = new Map<string, number>()

  add(name: string, by: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by)
  }

  /** @returns the counts since the last call. */
  take(): ReadonlyMap<string, number> {
    const counts = this.#counts
    this.#counts = new Map()
    return counts
  }
}
