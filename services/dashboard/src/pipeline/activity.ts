/** An event in the pipeline as a sentence for the page. */
export interface Activity {
  readonly at_ms: number
  readonly kind: 'member' | 'rebalance' | 'move' | 'handover' | 'gap' | 'topic' | 'dead-letter' | 'broker'
  readonly text: string
}

const KEPT_MAX = 200

/** The latest events, oldest first. */
export class ActivityLog {
  readonly #items: Activity[] = []
  /** Number of events that are no longer kept. */
  dropped = 0

  add(at_ms: number, kind: Activity['kind'], text: string): void {
    const items = this.#items
    const before = items.findLastIndex(item => item.at_ms <= at_ms)
    items.splice(before + 1, 0, { at_ms, kind, text })
    if (items.length > KEPT_MAX) {
      items.shift()
      this.dropped++
    }
  }

  get last(): readonly Activity[] {
    return this.#items
  }
}
