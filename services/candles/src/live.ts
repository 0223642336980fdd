import { type Candle, windowStart } from '@candlewick/market-data'
import { barCandle, candleOf } from './candle.ts'
import { merge } from './fold.ts'
import type { Intervals } from './intervals.ts'
import { foldOf, OPEN_MS, TRADE_COUNT } from './open-window.ts'
import type { PairState } from './pair-state.ts'
import type { EmptyCandles } from './windows.ts'

/** @returns each interval's candle as it would be if its open window closed now, and each bar's with the trades so far. */
export function inProgress(state: PairState, { all }: Intervals, empty: EmptyCandles): Candle[] {
  const { pair, window, parts, bars } = state
  if (window[OPEN_MS] === 0) return []
  const base = foldOf(window)
  const candles: Candle[] = []
  for (const interval of all) {
    const part = parts[interval.name]!
    const fold = part.fold === null ? base : merge({ ...part.fold }, base)
    if (fold.trade_count === 0 && (empty === 'skip' || part.close === null)) continue
    const openMs = windowStart(window[OPEN_MS]!, interval.ms)
    candles.push(candleOf(state, part, interval, openMs, fold, part.close ?? fold.open))
  }
  for (const open of bars) if (open.window[TRADE_COUNT]! > 0) candles.push(barCandle(pair, open))
  return candles
}
