import { type Candle, inOrder } from '@candlewick/market-data'

type Window = Pick<Candle, 'open_time_ms' | 'bar'>

/** The newest windows of a series, each once, in the order of time. Beyond the limit the oldest window is dropped. */
export class Timeline<T extends Window> {
  readonly #most: number
  readonly #items: T[] = []
  /** Windows that were dropped, or not taken, because the series was full. */
  dropped = 0

  constructor(most: number) {
    this.#most = most
  }

  /** @returns whether the window is new. A window that is already kept, or is older than all kept windows, is not new. */
  add(item: T): boolean {
    const items = this.#items
    // This is almost always the newest window. Only a key that changes its partition may be read out of order.
    const before = items.findLastIndex(known => inOrder(known, item) <= 0)
    if (before >= 0 && inOrder(items[before]!, item) === 0) return false
    const isOlder = before < 0 && items.length >= this.#most
    if (isOlder || items.length >= this.#most) this.dropped++
    if (isOlder) return false
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
