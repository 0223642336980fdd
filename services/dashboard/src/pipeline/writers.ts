import { Cursor } from '@candlewick/market-data'
import type { LogRecord } from '@candlewick/streams'
import type { Bounds, LeftOut } from '../bounds.ts'

const PAIRS_MAX = 10_000

/** An ingestor, by its cursors. */
export interface Writer {
  readonly id: string
  readonly exchange: string
  /** When it last reported, Unix ms. */
  readonly seen_ms: number
  readonly pairs: readonly {
    pair: string
    partition: number
    trades_per_second: number
    last_timestamp_ms: number | null
  }[]
}

/** A pair counts as fetching its history while it is this far behind, both as a share of the history and in time. */
const BEHIND_PART = 0.02
const BEHIND_MS = 120_000
const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000

/** The pairs' cursors, which name the ingestor that writes each pair. */
export class Writers {
  readonly #cursors = new Map<string, Cursor>()
  readonly #leftOut: LeftOut

  constructor(bounds: Bounds) {
    this.#leftOut = bounds.of("pairs of ingestors' cursors", `only the first ${PAIRS_MAX} are shown`)
  }

  take({ key, value }: LogRecord): void {
    if (key === null) return
    try {
      const cursor = Cursor.parse(JSON.parse(String(value)))
      if (this.#cursors.size < PAIRS_MAX || this.#cursors.has(key)) this.#cursors.set(key, cursor)
      else this.#leftOut.name(key)
    } catch {
      // This is a tombstone, or the cursor of a newer version.
      this.#cursors.delete(key)
    }
  }

  /** @returns a phrase for each pair whose history is being fetched from the exchange: how much of it has arrived. */
  histories(nowMs: number): string[] {
    return [...this.#cursors].flatMap(([pair, cursor]) => {
      const { complete_from_ms: fromMs, last_timestamp_ms, watermark_ms } = cursor
      const atMs = Math.max(last_timestamp_ms ?? 0, watermark_ms ?? 0)
      if (fromMs == null || nowMs - atMs < Math.max(BEHIND_MS, BEHIND_PART * (nowMs - fromMs))) return []
      const [unitMs, unit] = nowMs - fromMs >= 2 * HOUR_MS ? [HOUR_MS, 'hours'] : [MINUTE_MS, 'minutes']
      const [done, all] = [Math.floor((atMs - fromMs) / unitMs), Math.round((nowMs - fromMs) / unitMs)]
      return [`${pair}: ${done} of ${all} ${unit} of history`]
    })
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
