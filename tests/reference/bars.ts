import { type BarSpec, type BarsByPair, barsOf, type Candle, type Trade } from '@candlewick/market-data'
import Big from 'big.js'
import { ohlcv } from './candles.ts'

/**
 * Computes the bars of a complete list of trades in the plainest way, with exact decimal sums: each bar takes trades in the
 * order of their ids until their sum reaches the threshold. The last one may be missing trades, and is left out.
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
  let newestMs = 0
  for (let [at, bar] = [from, 1]; at < trades.length; bar++) {
    const own = tradesOfBar(trades, at, spec)
    if (!own) return
    const openMs = Math.max(newestMs, own[0]!.timestamp_ms)
    newestMs = Math.max(newestMs, ...own.map(t => t.timestamp_ms))
    const times = { open_time_ms: openMs, close_time_ms: newestMs }
    yield { pair: own[0]!.pair, interval: spec.name, ...times, ...ohlcv(own), complete: true, bar }
    at += own.length
  }
}

/** @returns the trades of the bar that begins with the trade at the index; undefined where it does not end */
function tradesOfBar(trades: readonly Trade[], from: number, { kind, threshold }: BarSpec): Trade[] | undefined {
  let sum = Big(0)
  for (let i = from; i < trades.length; i++) {
    const { price, qty } = trades[i]!
    sum = sum.plus(kind === 'tick' ? 1 : kind === 'volume' ? qty : Big(price).times(qty))
    if (sum.gte(threshold)) return trades.slice(from, i + 1)
  }
  return undefined
}
