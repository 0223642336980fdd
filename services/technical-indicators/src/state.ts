import type { SetState } from '@candlewick/indicators'
import type { Candle } from '@candlewick/market-data'
import type { Others } from './other-intervals.ts'
import type { OwnCandles } from './own-candles.ts'

/** A pair's series of candles, by interval. */
export interface PairState {
  readonly pair: string
  readonly series: { [interval: string]: Series }
}

export interface Series extends OwnCandles {
  indicators: SetState
  /** Start of the newest candle, Unix ms. */
  open_time_ms: number
  /** Number of the newest bar, in a series of bars. */
  bar?: number
  /** Last trade id of the newest candle with trades; null before there is one. */
  last_trade_id: number | null
  /** Hash of the newest candle's values; absent in states of earlier versions. */
  content?: number
  /** Candles of other intervals that indicators use. */
  others?: Others
  /** New indicators, which have to catch up with the newest candle. */
  warming?: Warming
}

export interface Warming extends OwnCandles {
  indicators: SetState
  /** Start of the newest candle that they have processed, Unix ms; null before the first. */
  open_time_ms: number | null
  /** Number of that candle, in a series of bars. */
  bar?: number
  /** Last trade id of the newest processed candle with trades; absent or null before there is one. */
  last_trade_id?: number | null
  /** Hash of that candle's values; absent before the first. */
  content?: number
  /** {@link Series.others} at the time of that candle. */
  others?: Others
}

type Newest = OwnCandles & Pick<Series, 'open_time_ms' | 'bar' | 'last_trade_id'>

/**
 * @returns whether candles are missing between the newest one of a series and this one. Windows without trades may be left out
 *   (`EMPTY_CANDLES=skip`, or a very long silence); then consecutive trade ids show that no other window is missing. Candles that
 *   the exchange made have no ids, and there is no hole between them, or between the last of them and our first. Bars are
 *   consecutive by their numbers.
 */
export function isHole(
  { open_time_ms: newest, bar: newestBar, last_trade_id, own }: Newest,
  { open_time_ms, close_time_ms, bar, first_trade_id }: Candle,
): boolean {
  if (bar !== undefined) return bar !== (newestBar ?? 0) + 1
  if (open_time_ms === newest + (close_time_ms - open_time_ms)) return false
  if (own === 0) return false
  return last_trade_id === null || first_trade_id !== last_trade_id + 1
}

/** @param warmup how many candles come before all indicators have a value */
export function countOwn(series: OwnCandles, { source }: Pick<Candle, 'source'>, warmup: number): void {
  if (source === 'exchange') series.own = 0
  else if (series.own !== undefined && ++series.own > warmup) delete series.own
}

/** @returns the candle's place in its series. */
export const placeOf = ({ open_time_ms, bar }: Candle): Pick<Series, 'open_time_ms' | 'bar'> =>
  bar === undefined ? { open_time_ms } : { open_time_ms, bar }
