import { windowStart } from '@candlewick/market-data'
import type { Emit } from '@candlewick/streams/processor'
import { candleOf } from './candle.ts'
import { clear, emptyFold, type Fold, merge } from './fold.ts'
import type { Interval, Intervals } from './intervals.ts'
import { foldOf, OPEN_MS, setTrades } from './open-window.ts'
import type { PairState } from './pair-state.ts'

/**
 * Maximum number of base windows of one silence that get flat candles: 2 days of 1s, 4 months of 1m. They are made while one
 * record is processed. That must not exhaust the memory, or take so long that the group considers this instance dead.
 */
const SILENT_WINDOWS_MAX = 200_000

const NO_TRADES = emptyFold()

export type EmptyCandles = 'flat' | 'skip'

/** Closes every base window that ends at or before the time (Unix ms), and every longer window with its last base window. */
export function closeUntil(
  state: PairState,
  untilMs: number,
  { baseMs, all }: Intervals,
  empty: EmptyCandles,
  emit: Emit,
): void {
  const { window } = state
  if (window[OPEN_MS] === 0) return
  const target = windowStart(untilMs, baseMs)
  const limit = window[OPEN_MS]! + (empty === 'skip' ? 1 : SILENT_WINDOWS_MAX) * baseMs
  while (window[OPEN_MS]! < target && window[OPEN_MS]! < limit) closeBase(state, baseMs, all, empty, emit)
  if (window[OPEN_MS]! < target) {
    if (empty === 'flat') emit.count('silences_shortened')
    skipTo(state, target, all, emit)
  }
  forgetGaps(state, all)
}

function closeBase(state: PairState, baseMs: number, all: readonly Interval[], empty: EmptyCandles, emit: Emit): void {
  const { window } = state
  const base = foldOf(window)
  const endMs = window[OPEN_MS]! + baseMs
  for (const interval of all)
    if (windowStart(endMs, interval.ms) === endMs) closePart(state, base, interval, endMs - interval.ms, empty, emit)
    else {
      const part = state.parts[interval.name]!
      part.fold = merge(part.fold, base)
    }
  if (base.trade_count > 0) {
    state.close = base.close
    state.close_ms = endMs - baseMs
    setTrades(window, NO_TRADES)
  }
  window[OPEN_MS] = endMs
}

/** Closes an interval's window, which consists of its part before the open base window and that base window. */
function closePart(
  state: PairState,
  base: Fold,
  interval: Interval,
  openMs: number,
  empty: EmptyCandles,
  emit: Emit,
): void {
  const part = state.parts[interval.name]!
  const fold = part.fold === null || part.fold.trade_count === 0 ? base : merge(part.fold, base)
  if (fold.trade_count === 0) {
    if (empty === 'flat' && part.close !== null) emit.output(candleOf(state, part, interval, openMs, fold, part.close))
    return
  }
  const candle = candleOf(state, part, interval, openMs, fold, fold.open)
  if (fold !== base) clear(fold)
  part.close = candle.close
  emit.output(candle)
}

/** Skips any number of windows without trades in one step. Longer windows that end among them are published if they have trades. */
function skipTo(state: PairState, target: number, all: readonly Interval[], emit: Emit): void {
  const base = foldOf(state.window)
  for (const interval of all) {
    const openMs = windowStart(state.window[OPEN_MS]!, interval.ms)
    if (openMs + interval.ms <= target) closePart(state, base, interval, openMs, 'skip', emit)
  }
  state.window[OPEN_MS] = target
}

/** Drops the gaps that end before every open window. */
function forgetGaps({ gaps, window }: PairState, all: readonly Interval[]): void {
  if (gaps.length === 0) return
  const oldest = Math.min(...all.map(({ ms }) => windowStart(window[OPEN_MS]!, ms)))
  while (gaps.length > 0 && gaps[1]! < oldest) gaps.splice(0, 2)
}
