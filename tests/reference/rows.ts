import { parseIndicators } from '@candlewick/indicators'
import type { Candle, FeatureRow } from '@candlewick/market-data'

/** The feature rows of candles that are in the order of their ends: each interval of a pair is a series of its own. */
export function referenceRows(candles: readonly Candle[], indicators: string): FeatureRow[] {
  const set = parseIndicators(indicators)
  const series = Map.groupBy(candles, c => `${c.pair} ${c.interval}`)
  return [...series.values()].flatMap(of => {
    const state = set.initial()
    return of.map((candle): FeatureRow => ({ ...candle, ...set.update(state, candle) }))
  })
}
