import { Cursor } from '@candlewick/market-data'
import type { LogRecord } from '@candlewick/streams'

/** An ingestor, as its cursors tell. */
export interface Writer {
  readonly id: string
  readonly exchange: string
  /** When it last said that it lives, Unix ms. */
  readonly seen_ms: number
  readonly pairs: readonly {
    pair: string
    partition: number
    trades_per_second: number
    last_timestamp_ms: number | null
  }[]
}

/** The pairs' cursors, by which their writers are known. */
export class Writers {
  readonly #cursors = new Map<string, Cursor>()

  take({ key, value }: LogRecord): void {
    if (key === null) return
    try {
      this.#cursors.set(key, Cursor.parse(JSON.parse(String(value))))
    } catch {
      // A tombstone, or the cursor of a newer version.
      this.#cursors.delete(key)
    }
  }

  list(): Writer[] {
    const byOwner = Map.groupBy(this.#cursors, ([, { owner }]) => owner?.id ?? '')
    return [...byOwner].map(([id, of]) => ({
      id,
      exchange: of[0]?.[1].exchange ?? '',
      seen_ms: Math.max(...of.map(([, { owner }]) => owner?.seen_ms ?? 0)),
      pairs: of.map(([pair, { route, rate, last_timestamp_ms }]) => ({
        pair,
        partition: route.partition,
        trades_per_second: rate,
        last_timestamp_ms,
      })),
    }))
  }
}
