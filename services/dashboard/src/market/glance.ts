import { intervalMs, isBar } from '@candlewick/market-data'
import type { Market, Series } from './market.ts'

/** A pair's line in the list of markets: its price and its recent closes. */
export interface Glance {
  readonly pair: string
  /** Shortest first, each with the number of its final candles. */
  readonly intervals: readonly { readonly interval: string; readonly candles: number }[]
  readonly price: number | null
  /** The price relative to the open of the first candle, e.g. 0.01 for 1%. */
  readonly change: number | null
  /** The time that `closes` and `change` cover, ms. */
  readonly span_ms: number
  readonly closes: readonly number[]
  /** Open time of the candle in progress; without one, close time of the newest final candle; Unix ms. */
  readonly time_ms: number | null
}

const CLOSES = 60
const FAVOURITE_MS = 60_000

/** @returns a line for each pair, from its one-minute candles, or else from the interval nearest to a minute, or from a bar if there is no interval */
export const glances = (market: Market): Glance[] => market.pairs().map(pair => glance(market, pair))

function glance(market: Market, pair: string): Glance {
  const all = market.intervals(pair).map(name => market.get(pair, name)!)
  const [now] = all
  const distance = ({ interval }: Series) =>
    isBar(interval) ? Number.POSITIVE_INFINITY : Math.abs(Math.log(intervalMs(interval) / FAVOURITE_MS))
  const [series = now] = all.filter(s => s.candles.last(3).length === 3).sort((a, b) => distance(a) - distance(b) || 0)
  const price = now?.live?.close ?? now?.candles.newest?.close ?? null
  const candles = series?.candles.last(CLOSES) ?? []
  const first = candles[0]?.open ?? series?.live?.open
  return {
    pair,
    intervals: all.map(({ interval, candles }) => ({ interval, candles: candles.length })),
    price,
    change: price !== null && first ? price / first - 1 : null,
    span_ms: candles.length > 0 ? candles.at(-1)!.close_time_ms - candles[0]!.open_time_ms : 0,
    closes: [...candles.map(c => c.close), ...(price === null ? [] : [price])],
    time_ms: now?.live?.open_time_ms ?? now?.candles.newest?.close_time_ms ?? null,
  }
}
