import { type Candle, type FeatureRow, intervalMs } from '@candlewick/market-data'
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
  /** Candles, and rows, kept of each series. */
  readonly history: number
  /** Series kept in all: those of further pairs are left out, and counted. */
  readonly series: number
}

/** What the topics have last said of each pair and interval; bounded. */
export class Market {
  readonly #limits: MarketLimits
  readonly #series = new Map<string, Map<string, Series>>()
  #count = 0
  leftOut = 0
  /** Told of what is new, once history has been read. */
  onEvent: (event: MarketEvent) => void = () => {}

  constructor(limits: MarketLimits) {
    this.#limits = limits
  }

  addCandle(candle: Candle, isNews: boolean): void {
    const series = this.#open(candle)
    if (!series?.candles.add(candle)) return
    if (series.live && series.live.open_time_ms <= candle.open_time_ms) series.live = undefined
    if (isNews) this.onEvent({ type: 'candle', data: candle })
  }

  addRow(row: FeatureRow, isNews: boolean): void {
    if (this.#open(row)?.rows.add(row) && isNews) this.onEvent({ type: 'row', data: row })
  }

  /** A candle in progress that is final already says nothing new. */
  setLive(candle: Candle, isNews: boolean): void {
    const series = this.#open(candle)
    const newest = Math.max(series?.candles.newest?.open_time_ms ?? 0, (series?.live?.open_time_ms ?? 0) - 1)
    if (!series || candle.open_time_ms <= newest) return
    series.live = candle
    if (isNews) this.onEvent({ type: 'live', data: candle })
  }

  get(pair: string, interval: string): Series | undefined {
    return this.#series.get(pair)?.get(interval)
  }

  pairs(): string[] {
    return [...this.#series.keys()].sort()
  }

  /** Of the pair, or of all pairs; the shortest first. */
  intervals(pair?: string): string[] {
    const of = pair === undefined ? [...this.#series.values()] : [this.#series.get(pair)]
    const names = new Set(of.flatMap(series => [...(series?.keys() ?? [])]))
    return [...names].sort((a, b) => intervalMs(a) - intervalMs(b))
  }

  #open({ pair, interval }: { pair: string; interval: string }): Series | undefined {
    const known = this.get(pair, interval)
    if (known) return known
    if (this.#count >= this.#limits.series) {
      this.leftOut++
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
