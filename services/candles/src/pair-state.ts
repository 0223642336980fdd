import { windowStart } from '@candlewick/market-data'
import { emptyFold, type Fold, merge } from './fold.ts'
import type { Interval } from './intervals.ts'
import { changeBars, firstBar, type OpenBar } from './open-bar.ts'
import { foldOf, IDS_TO, neverOpenedPair, OPEN_MS, type OpenWindow, SEEN_MS, setTrades } from './open-window.ts'

/**
 * The state of a pair: plain JSON of some 700 bytes, plus 350 for each interval longer than the base, and 270 for each bar.
 */
export interface PairState {
  readonly pair: string
  /** Length of the base windows, into which trades are folded; every interval is a multiple of it. */
  readonly base_ms: number
  /** The open base window, and everything else that each trade changes. */
  readonly window: OpenWindow
  /** Time from which no trade is missing, except for the gaps, Unix ms; null until the birth record or the next trade sets it. */
  complete_from_ms: number | null
  /**
   * Whether only ids that grow by one show that no trade is missing, because the pair's writer promises nothing (it writes no
   * markers). Absent in states of earlier services, until the runtime reports that the pair has no markers.
   */
  by_ids?: boolean | undefined
  /**
   * After a change of the base: the open base window that the change began, Unix ms, and the newest id that was counted before. Trades
   * of that window with such ids are not in {@link window}.
   */
  readonly rebased?: { readonly open_ms: number; readonly to_id: number } | undefined
  /** Close of the newest closed base window with trades; null before there is one. */
  close: number | null
  /** Start of that base window, Unix ms; absent in states of earlier services, and before there is one. */
  close_ms?: number | undefined
  /** Where the price of flat candles may be wrong; absent if nowhere. */
  price_doubt?: PriceDoubt | undefined
  /** By interval: the part of its open window that lies before the open base window. */
  readonly parts: { [interval: string]: Part }
  /** The open bars, one for each configured bar. */
  readonly bars: readonly OpenBar[]
  /** Ranges of counted ids, without the newest range. Whether ids below the first range were counted is not known. */
  readonly counted: number[]
  /** Ranges of milliseconds that lack trades, kept while they concern an open or a later window. */
  readonly gaps: number[]
}

/**
 * Windows whose flat candles would continue at a price that may be wrong, because the last trade before them may be missing or
 * have another price.
 */
export interface PriceDoubt {
  /** Since when, Unix ms. */
  readonly from_ms: number
  /** Start of the base window that has the end of the doubt, Unix ms: a later trade ends the doubt, … */
  readonly to_ms: number
  /** … and so does a trade of that base window that follows this id. */
  readonly id: number
}

export interface Part {
  /** Partial aggregate of the base windows closed so far; null when there are none. */
  fold: Fold | null
  /** Close of the interval's newest candle; null before there is one. */
  close: number | null
  /**
   * Time from which the interval has been folded. It is 0 unless the interval was added to a pair with trades, or the exchange's
   * own candles precede it.
   */
  since_ms: number
}

/** The intervals of a pair's state. */
export interface PairConfig {
  readonly baseMs: number
  readonly all: readonly Interval[]
  /** Names of the pair's bars. */
  readonly bars: readonly string[]
}

export const initialState = (pair: string, { baseMs, all, bars }: PairConfig): PairState => ({
  pair,
  base_ms: baseMs,
  window: neverOpenedPair(),
  complete_from_ms: null,
  by_ids: true,
  close: null,
  parts: Object.fromEntries(all.map(({ name }) => [name, emptyPart(null, 0)])),
  bars: bars.map(firstBar),
  counted: [],
  gaps: [],
})

const emptyPart = (close: number | null, since_ms: number): Part => ({ fold: null, close, since_ms })

/**
 * @returns the state of a service with other intervals, converted to these intervals. Intervals that stay lose nothing. A new
 *   interval begins with the open base window, so its first candle is incomplete unless its window also begins there. If the
 *   base changes, the trades of the open base window stay with the intervals that existed before, and the new base window is the
 *   one that contains the newest time.
 */
export function changeIntervals(old: PairState, config: PairConfig): PairState {
  const { baseMs, all } = config
  const window = [...old.window]
  if (window[OPEN_MS] === 0) return { ...initialState(old.pair, config), ...birth(old) }
  const sameBase = old.base_ms === baseMs
  const fold = foldOf(window)
  if (!sameBase) {
    window[OPEN_MS] = windowStart(window[SEEN_MS]!, baseMs)
    setTrades(window, emptyFold())
  }
  const hasMoved = fold.trade_count > 0 && !sameBase
  const close = hasMoved ? fold.close : old.close
  const close_ms = hasMoved ? windowStart(old.window[OPEN_MS]!, baseMs) : old.close_ms
  const since_ms = sameBase ? window[OPEN_MS]! : window[OPEN_MS]! + baseMs
  const parts = all.map(({ name }): [string, Part] => {
    const part = old.parts[name] ?? emptyPart(close, since_ms)
    if (!sameBase && name in old.parts) part.fold = merge(part.fold, fold)
    return [name, part]
  })
  const bars = changeBars(old.bars, config.bars)
  const changed = { ...old, base_ms: baseMs, window, close, close_ms, parts: Object.fromEntries(parts), bars }
  return sameBase ? changed : { ...changed, rebased: { open_ms: window[OPEN_MS]!, to_id: window[IDS_TO]! } }
}

const birth = ({ complete_from_ms, by_ids, gaps, price_doubt }: PairState) => ({
  ...{ complete_from_ms, by_ids, gaps, price_doubt },
})
