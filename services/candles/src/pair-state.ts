import { windowStart } from '@candlewick/market-data'
import { emptyFold, type Fold, merge } from './fold.ts'
import type { Interval } from './intervals.ts'
import { foldOf, neverOpened, OPEN_MS, type OpenWindow, SEEN_MS, setTrades } from './open-window.ts'

/** All that is known of a pair: plain JSON, some 350 bytes, and as much again for each interval longer than the base. */
export interface PairState {
  readonly pair: string
  /** The length of the windows that trades are folded into; every interval is a multiple of it. */
  readonly base_ms: number
  /** The open base window, and what else each trade changes. */
  readonly window: OpenWindow
  /** From when on no trade is missing, gaps aside; null until the birth record or the next trade tells. */
  complete_from_ms: number | null
  /** The close of the newest base window that is closed; null before there is one with trades. */
  close: number | null
  /** Each interval's own: what lies before the open base window in the interval's open window. */
  readonly parts: { [interval: string]: Part }
  /** Ids that were counted, as ranges, but for the newest one; of those below the first it is not known. */
  readonly counted: number[]
  /** Ranges of milliseconds that lack trades, as far as they matter to a window that is open or to come. */
  readonly gaps: number[]
}

export interface Part {
  /** Null until there is any: with an interval as long as the base nothing ever lies before, unless the base was another. */
  fold: Fold | null
  /** The close of the interval's newest candle; null before there is one. */
  close: number | null
  /**
   * Since when the interval has been folded: 0 unless it was added to a pair that had trades, or the exchange's own candles
   * come before.
   */
  since_ms: number
}

export const initialState = (pair: string, baseMs: number, intervals: readonly Interval[]): PairState => ({
  pair,
  base_ms: baseMs,
  window: neverOpened(),
  complete_from_ms: null,
  close: null,
  parts: Object.fromEntries(intervals.map(({ name }) => [name, emptyPart(null, 0)])),
  counted: [],
  gaps: [],
})

const emptyPart = (close: number | null, since_ms: number): Part => ({ fold: null, close, since_ms })

/**
 * The state of a service with other intervals, for these. Intervals that stay go on unharmed. One that is new begins
 * with the open base window, so that its first candle is incomplete unless it begins there too. If the base changes,
 * the trades of the open base window stay in the intervals that were there, and the new windows begin where time is.
 */
export function changeIntervals(old: PairState, baseMs: number, intervals: readonly Interval[]): PairState {
  const window = [...old.window]
  if (window[OPEN_MS] === 0) return { ...initialState(old.pair, baseMs, intervals), ...birth(old) }
  const sameBase = old.base_ms === baseMs
  const fold = foldOf(window)
  if (!sameBase) {
    window[OPEN_MS] = windowStart(window[SEEN_MS]!, baseMs)
    setTrades(window, emptyFold())
  }
  const close = fold.trade_count > 0 && !sameBase ? fold.close : old.close
  const since_ms = sameBase ? window[OPEN_MS]! : window[OPEN_MS]! + baseMs
  const parts = intervals.map(({ name }): [string, Part] => {
    const part = old.parts[name] ?? emptyPart(close, since_ms)
    if (!sameBase && name in old.parts) part.fold = merge(part.fold, fold)
    return [name, part]
  })
  return { ...old, base_ms: baseMs, window, close, parts: Object.fromEntries(parts) }
}

const birth = ({ complete_from_ms, gaps }: PairState) => ({ complete_from_ms, gaps })
