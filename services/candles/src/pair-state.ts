import { windowStart } from '@candlewick/market-data'
import { emptyFold, type Fold, merge } from './fold.ts'
import type { Interval } from './intervals.ts'

/** All that is known of a pair: plain JSON, some 400 bytes, and as much again for each interval longer than the base. */
export interface PairState {
  readonly pair: string
  /** The length of the windows that trades are folded into; every interval is a multiple of it. */
  readonly base_ms: number
  /** When the open base window starts, and with it what can still be changed; null before the first trade. */
  open_ms: number | null
  /** The newest time that a trade or a watermark has named; 0 before any. */
  seen_ms: number
  /** How long after it happened the newest trade was written. */
  lag_ms: number
  /** The trades of the open base window. */
  base: Fold
  /** The close of the newest base window that is closed; null before there is one with trades. */
  close: number | null
  /** Each interval's own: what lies before the open base window in the interval's open window. */
  readonly parts: { [interval: string]: Part }
  /** Ids that were counted, as ranges; of those below the first it is not known. */
  readonly counted: number[]
  /** From when on no trade is missing, gaps aside; null until the birth record or the next trade tells. */
  complete_from_ms: number | null
  /** Ranges of milliseconds that lack trades, as far as they matter to a window that is open or to come. */
  readonly gaps: number[]
}

export interface Part {
  /** Null until there is any: with an interval as long as the base nothing ever lies before, unless the base was another. */
  fold: Fold | null
  /** The close of the interval's newest candle; null before there is one. */
  close: number | null
  /** Since when the interval has been folded: 0 unless it was added to a pair that had trades. */
  since_ms: number
}

export const initialState = (pair: string, baseMs: number, intervals: readonly Interval[]): PairState => ({
  pair,
  base_ms: baseMs,
  open_ms: null,
  seen_ms: 0,
  lag_ms: 0,
  base: emptyFold(),
  close: null,
  parts: Object.fromEntries(intervals.map(({ name }) => [name, emptyPart(null, 0)])),
  counted: [],
  complete_from_ms: null,
  gaps: [],
})

const emptyPart = (close: number | null, since_ms: number): Part => ({ fold: null, close, since_ms })

/**
 * The state of a service with other intervals, for these. Intervals that stay go on unharmed. One that is new begins
 * with the open base window, so that its first candle is incomplete unless it begins there too. If the base changes,
 * the trades of the open base window stay in the intervals that were there, and the new windows begin where time is.
 */
export function changeIntervals(old: PairState, baseMs: number, intervals: readonly Interval[]): PairState {
  if (old.open_ms === null) return { ...initialState(old.pair, baseMs, intervals), ...birth(old) }
  const sameBase = old.base_ms === baseMs
  const open_ms = sameBase ? old.open_ms : windowStart(old.seen_ms, baseMs)
  const close = old.base.trade_count > 0 && !sameBase ? old.base.close : old.close
  const since_ms = sameBase ? open_ms : open_ms + baseMs
  const parts = intervals.map(({ name }): [string, Part] => {
    const part = old.parts[name] ?? emptyPart(close, since_ms)
    if (!sameBase && name in old.parts) part.fold = merge(part.fold, old.base)
    return [name, part]
  })
  const base = sameBase ? old.base : emptyFold()
  return { ...old, base_ms: baseMs, open_ms, base, close, parts: Object.fromEntries(parts) }
}

const birth = ({ complete_from_ms, gaps }: PairState) => ({ complete_from_ms, gaps })
