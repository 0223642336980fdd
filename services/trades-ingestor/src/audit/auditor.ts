import { type Clock, type Ohlc, systemClock } from '@candlewick/exchanges'
import { intervalMs, windowStart } from '@candlewick/market-data'
import { metricsOf, type ServiceContext } from '@candlewick/service'
import type { Counter } from 'prom-client'
import { type Audit, audit } from './audit.ts'
import { OurCandles } from './our-candles.ts'

export interface AuditorOptions {
  readonly ohlc: Ohlc
  readonly pairs: readonly string[]
  /** The interval that is compared. */
  readonly interval: string
  readonly everyMs: number
  readonly context: Pick<ServiceContext, 'log' | 'topics' | 'metrics' | 'logger'>
  readonly clock?: Clock
}

/** Time after a window's end by which the exchange has its candle and ours is in the topic. */
const SETTLED_MS = 30_000

/** Compares newly closed candles with the exchange's own, periodically until it is stopped. */
export class Auditor {
  readonly #o: AuditorOptions
  readonly #clock: Clock
  readonly #ours: OurCandles
  readonly #compared: Counter
  readonly #differing: Counter
  readonly #stopped = new AbortController()
  /** Until when each pair's candles have been compared (Unix ms). */
  readonly #comparedMs: Map<string, number>
  #running: Promise<void> = Promise.resolve()

  constructor(options: AuditorOptions) {
    const { log, topics, metrics } = options.context
    this.#o = options
    this.#clock = options.clock ?? systemClock
    // Begins with the next whole window.
    const fromMs = this.#settledMs() + 2 * intervalMs(options.interval)
    this.#comparedMs = new Map(options.pairs.map(pair => [pair, fromMs]))
    this.#ours = new OurCandles({
      log,
      topic: topics.candles.name,
      wanted: ({ pair, interval, open_time_ms }) =>
        interval === options.interval && open_time_ms >= (this.#comparedMs.get(pair) ?? Number.POSITIVE_INFINITY),
    })
    const { counter } = metricsOf(metrics)
    this.#compared = counter('candlewick_candles_compared_with_exchange_total')
    this.#differing = counter('candlewick_candles_differing_from_exchange_total')
    for (const pair of options.pairs) this.#differing.inc({ pair }, 0)
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#running
  }

  /** The end of the newest window for which our candle and the exchange's are available (Unix ms). */
  #settledMs(): number {
    return windowStart(this.#clock.wall() - SETTLED_MS, intervalMs(this.#o.interval))
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped
    await this.#ours.skip().catch(error => this.#failed(error))
    while (!signal.aborted) {
      await this.#clock.sleep(this.#o.everyMs, signal)
      const toMs = this.#settledMs()
      for (const [pair, fromMs] of this.#comparedMs)
        if (!signal.aborted && toMs > fromMs) await this.#compare(pair, fromMs, toMs)
    }
  }

  async #compare(pair: string, fromMs: number, toMs: number): Promise<void> {
    const { ohlc, interval } = this.#o
    try {
      this.#report(pair, await audit(ohlc, this.#ours, { pair, interval, fromMs, toMs }, this.#stopped.signal))
      this.#comparedMs.set(pair, toMs)
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#failed(error)
    }
  }

  #report(pair: string, { compared, differences }: Audit): void {
    this.#compared.inc({ pair }, compared)
    this.#differing.inc({ pair }, new Set(differences.map(({ open_time_ms }) => open_time_ms)).size)
    for (const difference of differences)
      this.#o.context.logger.error(
        difference,
        `A candle of ${pair} differs from the exchange's own candle in ${difference.field}`,
      )
  }

  #failed(error: unknown): void {
    this.#o.context.logger.warn({ error }, 'Candles cannot be compared with the exchange now')
  }
}
