/** Something that happened in the pipeline, as a sentence. */
export interface Activity {
  readonly at_ms: number
  readonly kind: 'member' | 'rebalance' | 'move' | 'handover' | 'gap' | 'topic' | 'dead-letter' | 'broker'
  readonly text: string
}

const MOST = 200

/** The last things that happened, oldest first. */
export class ActivityLog {
  readonly #items: Activity[] = []

  add(at_ms: number, kind: Activity['kind'], text: string): void {
    const items = this.#items
    const before = items.findLastIndex(item => item.at_ms <= at_ms)
    items.splice(before + 1, 0, { at_ms, kind, text })
    if (items.length > MOST) items.shift()
  }

  get last(): readonly Activity[] {
    return this.#items
  }
}
