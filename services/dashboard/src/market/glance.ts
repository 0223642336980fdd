import { intervalMs } from '@candlewick/market-data'
import type { Market, Series } from './market.ts'

/** A pair in a line: its price now, and how it came there. */
export interface Glance {
  readonly pair: string
  /** The shortest first, and how many final candles there are of each. */
  readonly intervals: readonly { readonly interval: string; readonly candles: number }[]
  readonly price: number | null
  /** Of the price against the first of `closes`, e.g. 0.01 for 1%. */
  readonly change: number | null
  /** The time that `closes` and `change` cover, ms. */
  readonly span_ms: number
  readonly closes: readonly number[]
  /** Of the newest candle or trade seen, Unix ms. */
  readonly time_ms: number | null
}

const CLOSES = 60
const FAVOURITE_MS = 60_000

/** @returns each pair's glance, from its one-minute candles or the nearest interval to that. */
export const glances = (market: Market): Glance[] => market.pairs().map(pair => glance(market, pair))

function glance(market: Market, pair: string): Glance {
  const all = market.intervals(pair).map(name => market.get(pair, name)!)
  const [now] = all
  const distance = ({ interval }: Series) => Math.abs(Math.log(intervalMs(interval) / FAVOURITE_MS))
  const [series = now] = all.filter(s => s.candles.last(3).length === 3).sort((a, b) => distance(a) - distance(b))
  const price = now?.live?.close ?? now?.candles.newest?.close ?? null
  const candles = series?.candles.last(CLOSES) ?? []
  const first = candles[0]?.open ?? series?.live?.open
  return {
    pair,
    intervals: all.map(({ interval, candles }) => ({ interval, candles: candles.length })),
    price,
    change: price !== null && first ? price / first - 1 : null,
    span_ms: series ? candles.length * intervalMs(series.interval) : 0,
    closes: [...candles.map(c => c.close), ...(price === null ? [] : [price])],
    time_ms: now?.live?.open_time_ms ?? now?.candles.newest?.close_time_ms ?? null,
  }
}
