import type { BarSpec } from '@candlewick/market-data'
import type { Emit } from '@candlewick/streams/processor'
import { barCandle, sumOf } from './candle.ts'
import { emptyFold } from './fold.ts'
import { addImbalance, endImbalance, isImbalanced } from './imbalance.ts'
import { follows, type OpenBar } from './open-bar.ts'
import {
  addTrade,
  IDS_TO,
  mayHave,
  OPEN_MS,
  type OpenWindow,
  QUOTE_VOLUME,
  QUOTE_VOLUME_LO,
  SEEN_MS,
  setTrades,
  TRADE_COUNT,
  VOLUME,
  VOLUME_LO,
} from './open-window.ts'
import type { PairState } from './pair-state.ts'
import type { DecodedTrade } from './trade-decoder.ts'

const NO_TRADES = emptyFold()

/**
 * Adds a trade that was not counted before to each open bar of the pair, and publishes the bars that end with it. The trade
 * belongs entirely to the bar that it ends.
 * @param specs the bars of all pairs, by name
 */
export function addToBars(
  state: PairState,
  trade: DecodedTrade,
  specs: ReadonlyMap<string, BarSpec>,
  emit: Emit,
): void {
  for (const open of state.bars) {
    const { window } = open
    if (!follows(open, trade.trade_id)) open.complete = false
    addInTime(window, trade)
    const spec = specs.get(open.interval)!
    if (open.imbalance) addImbalance(open.imbalance, trade, spec)
    if (isReached(open, spec)) end(state.pair, open, spec, emit)
  }
}

/** Adds the trade with the newest time so far. The times of a pair's bars therefore never go back, and sorting bars by time keeps their order. */
function addInTime(window: OpenWindow, trade: DecodedTrade): void {
  if (trade.timestamp_ms > window[SEEN_MS]!) window[SEEN_MS] = trade.timestamp_ms
  if (window[TRADE_COUNT] === 0) window[OPEN_MS] = window[SEEN_MS]!
  window[IDS_TO] = trade.trade_id
  addTrade(window, trade)
}

function isReached({ window, imbalance }: OpenBar, spec: BarSpec): boolean {
  const { kind, threshold } = spec
  if (imbalance) return isImbalanced(imbalance, window[TRADE_COUNT]!, spec)
  if (kind === 'tick') return window[TRADE_COUNT]! >= threshold
  const [high, low] = kind === 'volume' ? [VOLUME, VOLUME_LO] : [QUOTE_VOLUME, QUOTE_VOLUME_LO]
  // The decimal is computed only near the threshold, because after nearly every trade the sum is far below it.
  return window[high]! >= threshold * NEARLY && sumOf(window[high]!, window[low]!) >= threshold
}

const NEARLY = 1 - 1e-12

function end(pair: string, open: OpenBar, spec: BarSpec, emit: Emit): void {
  emit.output(barCandle(pair, open))
  if (open.imbalance) endImbalance(open.imbalance, open.window[TRADE_COUNT]!, spec)
  open.bar++
  open.complete = true
  setTrades(open.window, NO_TRADES)
}

/** Marks the open bars as incomplete, because trades may be missing here. A bar without trades stays complete: it cannot lack any yet. */
export function breakBars({ bars }: PairState): void {
  for (const open of bars) if (open.window[IDS_TO] !== -1) open.complete = false
}

/** Marks the open bars as incomplete that may have a trade of this id: its content is in doubt. */
export function breakBarsWith({ bars }: PairState, id: number): void {
  for (const open of bars) if (mayHave(open.window, id)) open.complete = false
}
