import type { Cursor } from '@candlewick/market-data'

/** A pair to write, and the position after which its trades are missing. */
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

type Cursors = ReadonlyMap<string, Cursor>

const day = (ms: number): string => new Date(ms).toISOString()

/**
 * @returns the spans of an exchange's history that are missing; pairs that have everything are left out
 * @throws Error for a pair whose topic begins later, because trades before its first one can no longer be written, or whose topic
 *   ends earlier, because the trades in between could not be written later
 */
export function planSpans({ pairs, fromMs, toMs, suffix }: Wanted, cursors: Cursors): Planned[] {
  return pairs.flatMap((pair): Planned[] => {
    const written = writtenOf(pair, cursors)
    if (!written) return [{ pair, after: { trade_id: null, timestamp_ms: fromMs } }]
    if (written.sinceMs > fromMs) throw tooLate(pair, written.sinceMs, fromMs, suffix)
    if (written.toMs < fromMs) throw leavesGap(pair, written.toMs, fromMs, suffix)
    return toMs !== undefined && written.toMs >= toMs ? [] : [{ pair, after: written.after }]
  })
}

interface WantedOfFile {
  readonly pair: string
  readonly suffix: string
  /** Start of the requested time (Unix ms); undefined: the pair's first trade in the files. */
  readonly fromMs: number | undefined
  readonly firstMs: number
}

/**
 * Plans one pair of the files. Each pair resumes from its own cursor, independently of the other pairs.
 * @param windowStart returns the start of the shortest candle's window that contains a time, Unix ms
 * @throws Error for a pair whose topic begins later than the files, or ends earlier than the requested time
 */
export function planFile(
  { pair, suffix, fromMs, firstMs }: WantedOfFile,
  cursors: Cursors,
  windowStart: (ms: number) => number,
): Planned {
  const written = writtenOf(pair, cursors)
  if (!written) return { pair, after: { trade_id: null, timestamp_ms: fromMs ?? firstMs } }
  const beginMs = Math.max(fromMs ?? 0, firstMs)
  // Without --from a pair counts as complete from the millisecond after its first trade on.
  if (windowStart(written.sinceMs - 1) > windowStart(beginMs)) throw tooLate(pair, written.sinceMs, beginMs, suffix)
  if (fromMs !== undefined && written.toMs < fromMs) throw leavesGap(pair, written.toMs, fromMs, suffix)
  return { pair, after: written.after }
}

function writtenOf(pair: string, cursors: Cursors) {
  const cursor = cursors.get(pair)
  const lastMs = cursor?.last_timestamp_ms
  if (!cursor || cursor.last_trade_id === null || lastMs == null) return undefined
  return {
    sinceMs: cursor.complete_from_ms ?? lastMs,
    toMs: Math.max(lastMs, cursor.watermark_ms ?? 0),
    after: { trade_id: cursor.last_trade_id, timestamp_ms: lastMs },
  }
}

function leavesGap(pair: string, toMs: number, fromMs: number, suffix: string): Error {
  return new Error(
    `${pair} is written up to ${day(toMs)} ${placeOf(suffix)}: --from ${day(fromMs)} would leave a gap that nothing can fill later. ` +
      `Use --from ${day(toMs)} or an earlier time, or write to topics of its own, e.g. --suffix ${suffix}-later`,
  )
}

const placeOf = (suffix: string): string => (suffix ? `in the topics with the suffix ${suffix}` : 'in the live topics')

function tooLate(pair: string, sinceMs: number, fromMs: number, suffix: string): Error {
  return new Error(
    `${pair} begins at ${day(sinceMs)} ${placeOf(suffix)}: earlier trades, from ${day(fromMs)} on, would be late there. ` +
      `Write them to topics of its own, e.g. --suffix ${suffix}-history`,
  )
}
