/** Counts by name, told once a transaction: whoever is told does more than add a number. */
export class Tally {
  #counts = new Map<string, number>()

  add(name: string, by: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by)
  }

  take(): ReadonlyMap<string, number> {
    const counts = this.#counts
    this.#counts = new Map()
    return counts
  }
}
