import { baseIntervalMs, type Gap, intervalMs, windowStart } from '@candlewick/market-data'
import type { CountedIds } from './counted-ids.ts'
import { emptyFold, type Fold, merge } from './fold.ts'

/** An interval above the base that is rolled up: what the closed base windows of its open window add up to. */
export interface RollUp {
  fold: Fold
  /** Windows that begin before this time (Unix ms) lack trades, because the interval was not configured yet. */
  since_ms: number
}

/** All that `candles` knows of a pair. */
export interface PairState {
  base_ms: number
  /** Where the open base window starts (Unix ms); null before the first trade. */
  open_ms: number | null
  /** The last price, which a window without trades shows; 0 before the first trade. */
  close: number
  base: Fold
  /** By interval, those above the base. */
  rolls: Record<string, RollUp>
  ids: CountedIds
  /** From when (Unix ms) the series has all the trades of the exchange, gaps aside; null before that is known. */
  complete_from_ms: number | null
  /** Unfilled gaps that open windows may overlap. */
  gaps: Pick<Gap, 'from_ms' | 'to_ms'>[]
}

export function initialState(intervals: readonly string[]): PairState {
  const base_ms = baseIntervalMs(intervals)
  const larger = intervals.filter(name => intervalMs(name) !== base_ms)
  return {
    base_ms,
    open_ms: null,
    close: 0,
    base: emptyFold(),
    rolls: Object.fromEntries(larger.map(name => [name, { fold: emptyFold(), since_ms: 0 }])),
    ids: [],
    complete_from_ms: null,
    gaps: [],
  }
}

/** A window's candle is complete when nothing of the exchange's can be missing in it. */
export function isComplete(state: PairState, fromMs: number, toMs: number, sinceMs: number): boolean {
  const { complete_from_ms, gaps } = state
  if (complete_from_ms === null || fromMs < complete_from_ms || fromMs < sinceMs) return false
  return !gaps.some(gap => gap.from_ms < toMs && gap.to_ms > fromMs)
}

/**
 * The state of another list of intervals as one of this. What is open goes on: a window that lacks its beginning,
 * because its interval was not asked for then, says that it is not complete.
 */
export function withIntervals(old: PairState, intervals: readonly string[]): PairState {
  const state = { ...initialState(intervals), ids: old.ids, close: old.close }
  const { complete_from_ms, gaps } = old
  if (old.open_ms === null) return { ...state, complete_from_ms, gaps }
  const open_ms = windowStart(old.open_ms, state.base_ms)
  /** From here on every window has all the trades, whatever its length. */
  const since = old.open_ms
  const finer = state.base_ms < old.base_ms
  const partial = (lengthMs: number): RollUp => {
    const same = Object.entries(old.rolls).find(([name]) => intervalMs(name) === lengthMs)?.[1]
    return same ? { fold: { ...same.fold }, since_ms: same.since_ms } : { fold: emptyFold(), since_ms: since }
  }
  for (const name of Object.keys(state.rolls)) {
    const roll = partial(intervalMs(name))
    // A finer base cannot hold what the coarser one has gathered: the larger windows take it at once.
    if (finer) merge(roll.fold, old.base)
    state.rolls[name] = roll
  }
  const { fold, since_ms } = partial(state.base_ms)
  if (!finer) merge(fold, old.base)
  const base = finer ? emptyFold() : fold
  const whole = state.base_ms === old.base_ms || open_ms >= since_ms
  const incompleteUntil = finer ? since + old.base_ms : whole ? 0 : open_ms + state.base_ms
  return {
    ...state,
    open_ms,
    base,
    gaps: incompleteUntil > open_ms ? [...gaps, { from_ms: open_ms, to_ms: incompleteUntil }] : gaps,
    complete_from_ms,
  }
}
