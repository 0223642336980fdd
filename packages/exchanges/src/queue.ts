import type { Clock } from '@candlewick/clock'

export interface QueueOptions<T> {
  /** When this much weight waits, `onFull` is called; `onDrained` when less than half of it is left. */
  readonly limit: number
  weigh(item: T): number
  onFull?(): void
  onDrained?(): void
}

/** A first-in first-out queue between what arrives by itself and what takes it: full means that the source must pause. */
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

  /** Resolves when there is something to take, or after the time. */
  async wait(clock: Clock, ms: number): Promise<void> {
    if (this.#items.length > 0) return
    const woken = new AbortController()
    // A reason of its own saves the making of an error with a stack.
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
