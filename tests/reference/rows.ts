import type { IndicatorSet } from '@candlewick/indicators'
import type { Candle, FeatureRow } from '@candlewick/market-data'

/** The feature rows of candles that are in the order of their ends: each interval of a pair is a series of its own. */
export function referenceRows(candles: readonly Candle[], indicators: IndicatorSet): FeatureRow[] {
  const series = Map.groupBy(candles, c => `${c.pair} ${c.interval}`)
  return [...series.values()].flatMap(of => of.map(rowSeries(indicators)))
}

/** @returns what makes the rows of one series, candle by candle. */
export function rowSeries(set: IndicatorSet): (candle: Candle) => FeatureRow {
  const state = set.initial()
  return candle => ({ ...candle, ...set.update(state, candle) })
}
