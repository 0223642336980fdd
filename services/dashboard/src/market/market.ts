import { byLength, type Candle, type FeatureRow, inOrder } from '@candlewick/market-data'
import type { Bounds, LeftOut } from '../bounds.ts'
import { Timeline } from './timeline.ts'

export interface Series {
  readonly pair: string
  readonly interval: string
  readonly candles: Timeline<Candle>
  readonly rows: Timeline<FeatureRow>
  /** The candle in progress. */
  live: Candle | undefined
}

export type MarketEvent =
  | { readonly type: 'candle' | 'live'; readonly data: Candle }
  | { readonly type: 'row'; readonly data: FeatureRow }

export interface MarketLimits {
  /** Maximum number of candles, and of rows, that are kept of each series. */
  readonly history: number
  /** Maximum number of series; further series are left out and counted. */
  readonly series: number
}

/** The newest candles and feature rows of each pair and interval, within limits. */
export class Market {
  readonly #limits: MarketLimits
  readonly #series = new Map<string, Map<string, Series>>()
  readonly #leftOut: { readonly pairs: LeftOut; readonly series: LeftOut }
  #count = 0
  /** Receives the records that are published after the history was read. */
  onEvent: (event: MarketEvent) => void = () => {}

  constructor(limits: MarketLimits, bounds: Bounds) {
    this.#limits = limits
    const remedy = `raise DASHBOARD_SERIES_MAX (now ${limits.series})`
    this.#leftOut = { pairs: bounds.of('pairs', remedy), series: bounds.of('series', remedy) }
  }

  /** The pairs without a kept series. */
  get pairsLeftOut(): LeftOut {
    return this.#leftOut.pairs
  }

  /** @returns why the series is not here, if the limit is the reason; undefined if it was never seen. */
  whyLeftOut(pair: string, interval: string): string | undefined {
    const { series } = this.#leftOut
    const name = seriesName({ pair, interval })
    const isLeftOut = series.has(name)
    if (isLeftOut) return `${name} is left out: ${series.remedy}`
    return isLeftOut === undefined ? `${name} is not kept and may be left out: ${series.remedy}` : undefined
  }

  addCandle(candle: Candle, isNews: boolean): void {
    const series = this.#open(candle)
    if (!series?.candles.add(candle)) return
    if (series.live && inOrder(series.live, candle) <= 0) series.live = undefined
    if (isNews) this.onEvent({ type: 'candle', data: candle })
  }

  addRow(row: FeatureRow, isNews: boolean): void {
    if (this.#open(row)?.rows.add(row) && isNews) this.onEvent({ type: 'row', data: row })
  }

  /** Takes a candle in progress, unless its window or a later one is already final. */
  setLive(candle: Candle, isNews: boolean): void {
    const series = this.#open(candle)
    if (!series) return
    const { live, candles } = series
    if (candles.newest && inOrder(candle, candles.newest) <= 0) return
    if (live && inOrder(candle, live) < 0) return
    series.live = candle
    if (isNews) this.onEvent({ type: 'live', data: candle })
  }

  get(pair: string, interval: string): Series | undefined {
    return this.#series.get(pair)?.get(interval)
  }

  pairs(): string[] {
    return [...this.#series.keys()].sort()
  }

  /** @returns the intervals of the pair, or of all pairs, the shortest first and bars last. */
  intervals(pair?: string): string[] {
    const of = pair === undefined ? [...this.#series.values()] : [this.#series.get(pair)]
    const names = new Set(of.flatMap(series => [...(series?.keys() ?? [])]))
    return [...names].sort(byLength)
  }

  #open({ pair, interval }: { pair: string; interval: string }): Series | undefined {
    const known = this.get(pair, interval)
    if (known) return known
    if (this.#count >= this.#limits.series) {
      if (!this.#series.has(pair)) this.#leftOut.pairs.name(pair)
      this.#leftOut.series.name(seriesName({ pair, interval }))
      return undefined
    }
    this.#count++
    const { history } = this.#limits
    const series = { pair, interval, candles: new Timeline<Candle>(history), rows: new Timeline<FeatureRow>(history) }
    const ofPair = this.#series.get(pair) ?? new Map<string, Series>()
    this.#series.set(pair, ofPair.set(interval, { ...series, live: undefined }))
    return this.get(pair, interval)
  }
}

const seriesName = ({ pair, interval }: { pair: string; interval: string }): string => `${pair} ${interval}`
