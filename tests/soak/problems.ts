/** Problems of each kind that are described; all are counted. */
const KEPT = 5

/** Problems found, counted by kind, with descriptions of the first of each kind. */
export class Problems {
  readonly counts = new Map<string, number>()
  readonly #kept = new Map<string, string[]>()

  add(kind: string, sentence: string): void {
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1)
    const kept = this.#kept.get(kind) ?? []
    if (kept.length < KEPT) this.#kept.set(kind, [...kept, sentence])
  }

  count(kind: string): number {
    return this.counts.get(kind) ?? 0
  }

  /** @returns a line for each described problem, and one for each kind that counts those left out */
  lines(): string[] {
    return [...this.#kept].flatMap(([kind, kept]) => {
      const more = this.count(kind) - kept.length
      return [...kept.map(sentence => `${kind}: ${sentence}`), ...(more > 0 ? [`${kind}: ${more} more`] : [])]
    })
  }
}
