import type { IndicatorSet } from '@candlewick/indicators'
import type { Candle, FeatureRow } from '@candlewick/market-data'

/** @returns the feature rows of candles that are in the order of their ends; each interval of a pair is its own series */
export function referenceRows(candles: readonly Candle[], indicators: IndicatorSet): FeatureRow[] {
  const series = Map.groupBy(candles, c => `${c.pair} ${c.interval}`)
  return [...series.values()].flatMap(of => of.map(rowSeries(indicators)))
}

/** @returns a function that computes the rows of one series, candle by candle */
export function rowSeries(set: IndicatorSet): (candle: Candle) => FeatureRow {
  let state = set.initial()
  let newest: Candle | undefined
  let lastTradeId: number | null = null
  let sinceBreak = Number.POSITIVE_INFINITY
  return candle => {
    const follows = newest === undefined || isNext(newest, candle)
    const isNothingMissing =
      candle.bar === undefined &&
      (newest?.source === 'exchange' || candle.first_trade_id === (lastTradeId ?? Number.NaN) + 1)
    if (!follows && !isNothingMissing) {
      state = set.initial()
      sinceBreak = 0
    }
    newest = candle
    lastTradeId = candle.last_trade_id ?? lastTradeId
    sinceBreak = candle.source === 'exchange' ? 0 : sinceBreak + 1
    // A value would still be null without the exchange's candles, or without the candles before a hole.
    const complete = candle.complete && sinceBreak > set.warmup
    return { ...candle, complete, ...set.update(state, candle) }
  }
}

/** Bars follow one another by their numbers, windows by their times. */
const isNext = (newest: Candle, { bar, open_time_ms }: Candle): boolean =>
  bar === undefined ? newest.close_time_ms === open_time_ms : bar === newest.bar! + 1
