import type { Cursor } from '@candlewick/market-data'

/** What is to be written of a pair: after its cursor, if it has one. */
export interface Planned {
  readonly pair: string
  readonly after: { readonly trade_id: number | null; readonly timestamp_ms: number }
}

export interface Wanted {
  readonly pairs: readonly string[]
  readonly fromMs: number
  readonly toMs: number | undefined
  readonly suffix: string
}

const day = (ms: number): string => new Date(ms).toISOString()

/**
 * @returns what is missing of each pair; pairs that have everything are left out
 * @throws Error for a pair whose topic begins later: what lies before its first trade can never be written behind it
 */
export function plan(wanted: Wanted, cursors: ReadonlyMap<string, Cursor>): Planned[] {
  const { pairs, fromMs, toMs, suffix } = wanted
  return pairs.flatMap((pair): Planned[] => {
    const cursor = cursors.get(pair)
    const last = cursor?.last_timestamp_ms
    if (!cursor || cursor.last_trade_id === null || last == null)
      return [{ pair, after: { trade_id: null, timestamp_ms: fromMs } }]
    const since = cursor.complete_from_ms ?? last
    if (since > fromMs)
      throw new Error(
        `${pair} begins at ${day(since)} ${suffix ? `in the topics with the suffix ${suffix}` : 'in the live topics'}: ` +
          `what came before, from ${day(fromMs)} on, would be late there. Write it to topics of its own, e.g. --suffix ${suffix}-history`,
      )
    const written = Math.max(last, cursor.watermark_ms ?? 0)
    if (toMs !== undefined && written >= toMs) return []
    return [{ pair, after: { trade_id: cursor.last_trade_id, timestamp_ms: last } }]
  })
}
