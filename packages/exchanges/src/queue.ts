import type { Clock } from '@candlewick/clock'

export interface QueueOptions<T> {
  /** At this weight `onFull` is called; below half of it, `onDrained`. */
  readonly limit: number
  weigh(item: T): number
  onFull?(): void
  onDrained?(): void
}

/** A first-in first-out queue that makes its source pause when it is full. */
export class BoundedQueue<T> {
  readonly #o: QueueOptions<T>
  #items: T[] = []
  #weight = 0
  #full = false
  #wake: (() => void) | undefined

  constructor(options: QueueOptions<T>) {
    this.#o = options
  }

  get weight(): number {
    return this.#weight
  }

  push(item: T): void {
    this.#items.push(item)
    this.#weight += this.#o.weigh(item)
    if (!this.#full && this.#weight >= this.#o.limit) {
      this.#full = true
      this.#o.onFull?.()
    }
    this.#wake?.()
  }

  /** Resolves when the queue has an item, and at the latest after the time. */
  async wait(clock: Clock, ms: number): Promise<void> {
    if (this.#items.length > 0) return
    const woken = new AbortController()
    // Without a reason, abort() would create an Error with a stack trace for each item.
    this.#wake = () => woken.abort('woken')
    await clock.sleep(ms, woken.signal)
    this.#wake = undefined
  }

  /** Takes items in order until they weigh at least as much. */
  take(weight: number): T[] {
    let taken = 0
    let count = 0
    for (const item of this.#items) {
      if (taken >= weight) break
      taken += this.#o.weigh(item)
      count++
    }
    const items = this.#items.splice(0, count)
    this.#weight -= taken
    if (this.#full && this.#weight < this.#o.limit / 2) {
      this.#full = false
      this.#o.onDrained?.()
    }
    return items
  }
}
