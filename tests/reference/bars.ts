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
    return barsOf(pair, names, byPair).flatMap(spec => allBars(sorted, spec))
  })
}

function allBars(trades: readonly Trade[], spec: BarSpec): Candle[] {
  const bars: Candle[] = []
  let newestMs = 0
  for (let from = 0; from < trades.length; ) {
    const own = barAt(trades, from, spec)
    if (!own) break
    const openMs = Math.max(newestMs, own[0]!.timestamp_ms)
    newestMs = Math.max(newestMs, ...own.map(t => t.timestamp_ms))
    bars.push({
      pair: own[0]!.pair,
      interval: spec.name,
      open_time_ms: openMs,
      close_time_ms: newestMs,
      ...ohlcv(own),
      complete: true,
      bar: bars.length + 1,
    })
    from += own.length
  }
  return bars
}

/** @returns the trades of the bar that begins with the trade at the index; undefined where it does not end */
export function barAt(trades: readonly Trade[], from: number, { kind, threshold }: BarSpec): Trade[] | undefined {
  let sum = Big(0)
  for (let i = from; i < trades.length; i++) {
    const { price, qty } = trades[i]!
    sum = sum.plus(kind === 'tick' ? 1 : kind === 'volume' ? qty : Big(price).times(qty))
    if (sum.gte(threshold)) return trades.slice(from, i + 1)
  }
  return undefined
}
