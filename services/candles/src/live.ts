import { type Candle, windowStart } from '@candlewick/market-data'
import { candleOf } from './candle.ts'
import { merge } from './fold.ts'
import type { Intervals } from './intervals.ts'
import { foldOf, OPEN_MS } from './open-window.ts'
import type { PairState } from './pair-state.ts'
import type { EmptyCandles } from './windows.ts'

/** @returns each interval's candle as it would be if its window closed now. */
export function inProgress(state: PairState, { all }: Intervals, empty: EmptyCandles): Candle[] {
  const { window, parts } = state
  if (window[OPEN_MS] === 0) return []
  const base = foldOf(window)
  return all.flatMap(interval => {
    const part = parts[interval.name]!
    const fold = merge(part.fold && { ...part.fold }, base)
    if (fold.trade_count === 0 && (empty === 'skip' || part.close === null)) return []
    return [candleOf(state, part, interval, windowStart(window[OPEN_MS]!, interval.ms), fold, part.close ?? fold.open)]
  })
}
