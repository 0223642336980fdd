import type { SetState } from '@candlewick/indicators'
import type { Candle } from '@candlewick/market-data'

/** A pair's series of candles, by interval. */
export interface PairState {
  readonly pair: string
  readonly series: { [interval: string]: Series }
}

/** How far a series has come from candles that the exchange made. */
interface OwnCandles {
  /**
   * Number of our own candles since the newest candle of the exchange. Absent if the exchange has made none, or once all
   * indicators would have a value without those.
   */
  own?: number
}

export interface Series extends OwnCandles {
  indicators: SetState
  /** Start of the newest candle, Unix ms. */
  open_time_ms: number
  /** Last trade id of the newest candle with trades; null before there is one. */
  last_trade_id: number | null
  /** New indicators, which have to catch up with the newest candle. */
  warming?: Warming
}

export interface Warming extends OwnCandles {
  indicators: SetState
  /** Start of the newest candle that they have processed, Unix ms; null before the first. */
  open_time_ms: number | null
}

/** @param warmup how many candles come before all indicators have a value */
export function countOwn(series: OwnCandles, { source }: Pick<Candle, 'source'>, warmup: number): void {
  if (source === 'exchange') series.own = 0
  else if (series.own !== undefined && ++series.own > warmup) delete series.own
}
