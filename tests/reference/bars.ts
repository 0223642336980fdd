import { type BarSpec, type BarsByPair, barsOf, type Candle, type Trade } from '@candlewick/market-data'
import { barEnds } from './bar-ends.ts'
import { ohlcv } from './candles.ts'

/**
 * Computes the bars of a complete list of trades in the plainest way: each bar takes trades in the order of their ids
 * until one of them ends it. The last bar may lack trades, and is left out.
 * @returns each pair's bars of each name, in their order
 */
export function referenceBars(trades: readonly Trade[], names: readonly string[], byPair: BarsByPair = {}): Candle[] {
  return [...Map.groupBy(trades, t => t.pair)].flatMap(([pair, own]) => {
    const sorted = own.toSorted((a, b) => a.trade_id - b.trade_id)
    return barsOf(pair, names, byPair).flatMap(spec => [...barsFrom(sorted, 0, spec)])
  })
}

/**
 * @param trades of one pair, in the order of their ids
 * @param from index of the first bar's first trade
 * @returns the bars that have ended, numbered from 1 on
 */
export function* barsFrom(trades: readonly Trade[], from: number, spec: BarSpec): Generator<Candle> {
  const isEnd = barEnds(spec)
  let [own, bar, newestMs]: [Trade[], number, number] = [[], 1, 0]
  for (const trade of trades.slice(from)) {
    own.push(trade)
    if (!isEnd(trade)) continue
    const openMs = Math.max(newestMs, own[0]!.timestamp_ms)
    newestMs = Math.max(newestMs, ...own.map(t => t.timestamp_ms))
    const times = { open_time_ms: openMs, close_time_ms: newestMs }
    yield { pair: trade.pair, interval: spec.name, ...times, ...ohlcv(own), complete: true, bar: bar++ }
    own = []
  }
}
