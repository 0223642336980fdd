import type { IndicatorSet } from '@candlewick/indicators'
import type { Candle, FeatureRow } from '@candlewick/market-data'

/** @returns the feature rows of candles that are in the order of their ends; each interval of a pair is its own series */
export function referenceRows(candles: readonly Candle[], indicators: IndicatorSet): FeatureRow[] {
  const series = Map.groupBy(candles, c => `${c.pair} ${c.interval}`)
  return [...series.values()].flatMap(of => of.map(rowSeries(indicators)))
}

/** @returns a function that computes the rows of one series, candle by candle */
export function rowSeries(set: IndicatorSet): (candle: Candle) => FeatureRow {
  const state = set.initial()
  let sinceExchange = Number.POSITIVE_INFINITY
  return candle => {
    sinceExchange = candle.source === 'exchange' ? 0 : sinceExchange + 1
    // Without the exchange's candles a value would still be null.
    const complete = candle.complete && sinceExchange > set.warmup
    return { ...candle, complete, ...set.update(state, candle) }
  }
}
