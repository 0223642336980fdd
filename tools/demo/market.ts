import { Candle, FeatureRow, type TopicSpec } from '@candlewick/market-data'
import type { Log } from '@candlewick/streams'
import { tail } from '../tail/tail.ts'

const RECENT_MS = 60_000

/** The market according to the topics so far, for the screen and the summary. */
export class Market {
  readonly #rows = new Map<string, FeatureRow>()
  readonly #live = new Map<string, Candle>()
  readonly #times: number[] = []
  readonly counts = { trades: 0, candles: 0, features: 0, deadLetters: 0 }
  /** Called with each feature row of the shortest interval, except rows of the history with which a pair begins. */
  onRow: (row: FeatureRow) => void = () => {}

  /** The newest feature row of each pair, in the pairs' order. */
  rows(): FeatureRow[] {
    return [...this.#rows.values()].sort((a, b) => a.pair.localeCompare(b.pair))
  }

  /** The pair's candle in progress, of the shortest interval. */
  live(pair: string): Candle | undefined {
    return this.#live.get(pair)
  }

  /** @returns the rate over the last five seconds. */
  tradesPerSecond(): number {
    const now = performance.now()
    while (this.#times[0] !== undefined && this.#times[0] < now - 5000) this.#times.shift()
    return this.#times.length / 5
  }

  /** Follows the topics from their present ends until aborted, and waits for topics that do not exist yet. */
  async follow(log: Log, topics: Topics, interval: string, signal: AbortSignal): Promise<void> {
    const shortest = (value: { interval?: string }) => value.interval === interval
    const from = (topic: TopicSpec, show: (value: string) => void) =>
      tail(log, topic.name, { fromBeginning: false, signal }, async record => show(String(record.value)))
    await Promise.all([
      from(topics.trades, () => {
        this.counts.trades++
        this.#times.push(performance.now())
      }),
      from(topics.candles, () => {
        this.counts.candles++
      }),
      from(topics.deadLetters, () => {
        this.counts.deadLetters++
      }),
      from(topics.candlesLive, value => {
        const candle = Candle.parse(JSON.parse(value))
        if (shortest(candle)) this.#live.set(candle.pair, candle)
      }),
      from(topics.technicalIndicators, value => {
        this.counts.features++
        const row: FeatureRow = FeatureRow.parse(JSON.parse(value))
        if (!shortest(row)) return
        this.#rows.set(row.pair, row)
        if (Date.now() - row.close_time_ms < RECENT_MS) this.onRow(row)
      }),
    ])
  }
}

type Topics = Readonly<Record<'trades' | 'candles' | 'candlesLive' | 'technicalIndicators' | 'deadLetters', TopicSpec>>
