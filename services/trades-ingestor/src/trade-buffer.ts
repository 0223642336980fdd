import type { ExchangeTrade, RejectedTrade } from '@candlewick/exchanges'

/** A rejected trade with a valid id, which takes its place in the sequence. */
export type RejectedWithId = RejectedTrade & { readonly trade_id: number }

/** An item with a place in a pair's sequence. */
export type Sequenced = ExchangeTrade | RejectedWithId

export const isRejected = (item: Sequenced): item is RejectedWithId => 'problem' in item

/** Items that were removed from the front stay in the array until there are this many. */
const TAKEN_MAX = 1000

/** The trades behind a gap, in the order of their ids, each id once. */
export class TradeBuffer {
  #items: Sequenced[] = []
  /** The index of the first item. Removing items from the front of the array one by one would move all others each time. */
  #from = 0

  get size(): number {
    return this.#items.length - this.#from
  }

  get first(): Sequenced | undefined {
    return this.#items[this.#from]
  }

  /** The first valid trade, and the number of rejected trades before it. */
  get firstTrade(): { readonly trade: ExchangeTrade; readonly rejectedBefore: number } | undefined {
    for (let i = this.#from; i < this.#items.length; i++) {
      const item = this.#items[i]
      if (item && !isRejected(item)) return { trade: item, rejectedBefore: i - this.#from }
    }
    return undefined
  }

  /** Trades per millisecond, from the first one to the last; 0 if there are none. */
  get rate(): number {
    const [first, last] = [this.first, this.#items.at(-1)]
    if (!first || !last || isRejected(first) || isRejected(last)) return 0
    return this.size / Math.max(1, last.timestamp_ms - first.timestamp_ms)
  }

  /** Adds an item. A valid trade replaces a rejected one with its id. @returns false if the buffer already has the id */
  add(item: Sequenced): boolean {
    const at = this.#items.findLastIndex((other, i) => i >= this.#from && other.trade_id <= item.trade_id)
    const same = this.#items[at]
    if (same?.trade_id !== item.trade_id) {
      this.#items.splice(Math.max(at + 1, this.#from), 0, item)
      return true
    }
    if (!isRejected(same) || isRejected(item)) return false
    this.#items[at] = item
    return true
  }

  /** Removes items from the front. @returns how many were removed */
  drop(count: number): number {
    const dropped = Math.min(count, this.size)
    this.#from += dropped
    if (this.#from > TAKEN_MAX || this.size === 0) {
      this.#items.splice(0, this.#from)
      this.#from = 0
    }
    return dropped
  }

  /** Removes the snapshot's trades that are older than the time (Unix ms). */
  dropBefore(ms: number): void {
    let older = 0
    for (let i = this.#from; i < this.#items.length; i++) {
      const item = this.#items[i]
      if (!item || isRejected(item)) continue
      if (item.timestamp_ms >= ms) break
      older = i + 1 - this.#from
    }
    this.drop(older)
  }

  /** Removes and returns all items. */
  clear(): Sequenced[] {
    const items = this.#items.slice(this.#from)
    this.#items = []
    this.#from = 0
    return items
  }
}
