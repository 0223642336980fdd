interface Window {
  readonly open_time_ms: number
}

/** The newest windows of a series, in order of time and each once; the oldest makes room. */
export class Timeline<T extends Window> {
  readonly #most: number
  readonly #items: T[] = []

  constructor(most: number) {
    this.#most = most
  }

  /** @returns whether it is new here: one that is there already, or older than what is kept, is not. */
  add(item: T): boolean {
    const items = this.#items
    // Almost always the newest; a key that changes its partition may be read out of order.
    const before = items.findLastIndex(({ open_time_ms }) => open_time_ms <= item.open_time_ms)
    if (items[before]?.open_time_ms === item.open_time_ms) return false
    if (before < 0 && items.length >= this.#most) return false
    items.splice(before + 1, 0, item)
    if (items.length > this.#most) items.shift()
    return true
  }

  get length(): number {
    return this.#items.length
  }

  get newest(): T | undefined {
    return this.#items.at(-1)
  }

  /** @returns the newest `n`, oldest first. */
  last(n: number): readonly T[] {
    return this.#items.slice(-n)
  }
}
