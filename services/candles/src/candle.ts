import type { Candle } from '@candlewick/market-data'
import { isPriceInDoubt } from './flat-price.ts'
import type { Fold } from './fold.ts'
import type { Interval } from './intervals.ts'
import type { OpenBar } from './open-bar.ts'
import { foldOf, OPEN_MS, SEEN_MS } from './open-window.ts'
import type { PairState, Part } from './pair-state.ts'
import { overlaps } from './ranges.ts'

/**
 * @returns the candle of the interval's window that starts at `openMs`. Without trades it is flat at the previous close.
 *   `vwap` is quote_volume / volume, kept inside [low, high], which rounding could leave.
 */
export function candleOf(
  state: PairState,
  part: Part,
  interval: Interval,
  openMs: number,
  fold: Fold,
  previous: number,
): Candle {
  const closeMs = openMs + interval.ms
  const window = { pair: state.pair, interval: interval.name, openMs, closeMs }
  const complete =
    isComplete(state, part, openMs, closeMs) && !(fold.trade_count === 0 && isPriceInDoubt(state, closeMs))
  return candleFrom(window, fold, previous, complete)
}

/** @returns the candle of a bar with at least one trade. */
export function barCandle(pair: string, { interval, bar, complete, window }: OpenBar): Candle {
  const fold = foldOf(window)
  const times = { openMs: window[OPEN_MS]!, closeMs: window[SEEN_MS]! }
  const candle = candleFrom({ pair, interval, ...times }, fold, fold.open, complete)
  candle.bar = bar
  return candle
}

interface Window {
  readonly pair: string
  readonly interval: string
  readonly openMs: number
  readonly closeMs: number
}

function candleFrom(
  { pair, interval, openMs, closeMs }: Window,
  fold: Fold,
  previous: number,
  complete: boolean,
): Candle {
  const empty = fold.trade_count === 0
  const volume = sumOf(fold.volume, fold.volume_lo)
  const quoteVolume = sumOf(fold.quote_volume, fold.quote_volume_lo)
  return {
    pair,
    interval,
    open_time_ms: openMs,
    close_time_ms: closeMs,
    open: empty ? previous : fold.open,
    high: empty ? previous : fold.high,
    low: empty ? previous : fold.low,
    close: empty ? previous : fold.close,
    volume,
    quote_volume: quoteVolume,
    vwap: empty ? previous : Math.min(Math.max(quoteVolume / volume, fold.low), fold.high),
    trade_count: fold.trade_count,
    buy_volume: sumOf(fold.buy_volume, fold.buy_volume_lo),
    first_trade_id: empty ? null : fold.first_trade_id,
    last_trade_id: empty ? null : fold.last_trade_id,
    complete,
  }
}

/** Most exchanges count quantities in units of 1e-8 or coarser. */
const UNITS = 1e8
/** An upper bound of the relative error of a sum: of rounded prices and quantities, their product, and the sum itself. */
const ROUNDING = 4.5e-16

/** @returns the decimal with 8 places, if it is as near to the sum as rounding errors allow: 0.20853482, not …481999999998. */
export function sumOf(high: number, low: number): number {
  const sum = high + low
  // The parts are multiplied one by one, because the rounding error of the whole product exceeds half a unit from 2e7 on.
  const whole = Math.trunc(high)
  const units = whole * UNITS + Math.round((high - whole + low) * UNITS)
  // A double cannot hold 8 places of so large a sum: rounding to them would only add an error.
  if (units > Number.MAX_SAFE_INTEGER) return sum
  const decimal = units / UNITS
  return Math.abs(decimal - sum) <= ROUNDING * sum ? decimal : sum
}

function isComplete(state: PairState, part: Part, startMs: number, endMs: number): boolean {
  const { complete_from_ms: from, gaps } = state
  return from !== null && from <= startMs && part.since_ms <= startMs && !overlaps(gaps, startMs, endMs - 1)
}
