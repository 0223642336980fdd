import { type Candle, intervalMs, windowStart } from '@candlewick/market-data'
import { candleOf } from './candle.ts'
import { emptyFold, type Fold, merge } from './fold.ts'
import { isComplete, type PairState } from './pair-state.ts'

/** How a pair's windows are closed; the lengths are in ms, ascending. */
export interface Windows {
  readonly baseMs: number
  /** The base's own name; undefined where it only serves to roll the others up from. */
  readonly base: string | undefined
  readonly larger: readonly { readonly interval: string; readonly lengthMs: number }[]
  readonly emptyCandles: 'flat' | 'skip'
}

export function windowsOf(intervals: readonly string[], baseMs: number, emptyCandles: 'flat' | 'skip'): Windows {
  const sorted = intervals.map(interval => ({ interval, lengthMs: intervalMs(interval) }))
  sorted.sort((a, b) => a.lengthMs - b.lengthMs)
  const base = sorted.find(({ lengthMs }) => lengthMs === baseMs)?.interval
  return { baseMs, base, larger: sorted.filter(({ lengthMs }) => lengthMs !== baseMs), emptyCandles }
}

/** Closes every window that ends by the time; larger ones are rolled up from the base, shortest first. */
export function closeUntil(
  windows: Windows,
  pair: string,
  state: PairState,
  timeMs: number,
  output: (candle: Candle) => void,
): void {
  const { baseMs, base, larger } = windows
  if (state.open_ms === null) return
  for (let end = state.open_ms + baseMs; end <= timeMs; end += baseMs) {
    const previous = state.close
    if (state.base.count > 0) state.close = state.base.close
    const publish = (interval: string, fold: Fold, lengthMs: number, sinceMs: number) => {
      if (fold.count === 0 && windows.emptyCandles === 'skip') return
      const window = { pair, interval, openMs: end - lengthMs, closeMs: end }
      output(candleOf(window, fold, previous, isComplete(state, window.openMs, end, sinceMs)))
    }
    if (base !== undefined) publish(base, state.base, baseMs, 0)
    for (const { interval, lengthMs } of larger) {
      const roll = state.rolls[interval]!
      merge(roll.fold, state.base)
      if (windowStart(end, lengthMs) !== end) continue
      publish(interval, roll.fold, lengthMs, roll.since_ms)
      roll.fold = emptyFold()
    }
    closed(state, end)
  }
}

/** The next base window opens. */
function closed(state: PairState, end: number): void {
  state.open_ms = end
  if (state.base.count > 0) state.base = emptyFold()
  // Without a birth that says otherwise, the first window may lack trades of before the first one read.
  state.complete_from_ms ??= end
}

/** Forgets the gaps that no open window overlaps any more. */
export function forgetGaps({ larger }: Windows, state: PairState): void {
  const { open_ms, gaps } = state
  if (gaps.length === 0 || open_ms === null) return
  const oldest = larger.reduce((start, { lengthMs }) => Math.min(start, windowStart(open_ms, lengthMs)), open_ms)
  state.gaps = gaps.filter(gap => gap.to_ms > oldest)
}

/** The candles in progress, of every interval. */
export function inProgress({ baseMs, base, larger }: Windows, pair: string, state: PairState): Candle[] {
  const { open_ms } = state
  if (open_ms === null) return []
  const candles: Candle[] = []
  const add = (interval: string, fold: Fold, lengthMs: number) => {
    const openMs = windowStart(open_ms, lengthMs)
    candles.push(candleOf({ pair, interval, openMs, closeMs: openMs + lengthMs }, fold, state.close, false))
  }
  if (base !== undefined) add(base, state.base, baseMs)
  for (const { interval, lengthMs } of larger) {
    const fold = { ...state.rolls[interval]!.fold }
    merge(fold, state.base)
    add(interval, fold, lengthMs)
  }
  return candles
}
