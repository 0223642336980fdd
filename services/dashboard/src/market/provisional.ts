import type { Candle } from '@candlewick/market-data'
import { type IndicatorSettings, type WatchedThread, watchedThread } from '@candlewick/own-features'
import type { ServiceContext } from '@candlewick/service'
import type { Market, Series } from './market.ts'
import type { Request, Step, Values } from './provisional-series.ts'

/** How long a user's feature may take for a candle, ms. */
const FEATURE_MS = 10_000
/** Maximum number of candles on their way to the thread, of all series: about 20 MB. Further series wait for their next candle in progress. */
const WAITING_MAX = 50_000
const MODULE = new URL('./provisional-thread.ts', import.meta.url)

/** A request for a series, which is named by pair and interval. */
export interface NamedRequest {
  readonly name: string
  readonly request: Request
}

/** First the other intervals that features use, then the values of each request. */
export type Answer = { readonly intervals: readonly string[] } | { readonly name: string; readonly values: Values }

/** The values that the indicators would have if the candle in progress ended now, and which candle that is. */
export type Provisional = Values & Pick<Candle, 'pair' | 'interval' | 'open_time_ms' | 'bar'>

/** A thread and what is known of it, by series. */
interface Computing {
  readonly thread: WatchedThread
  /** The other intervals that features use; undefined until the features are loaded. */
  intervals?: readonly string[]
  /** Open requests: a series has one at a time. */
  readonly open: Map<string, (values: Values | undefined) => void>
  /** The newest final candle that the thread has. */
  readonly sent: Map<string, Candle>
  /** Number of candles in open requests. */
  waiting: number
}

/**
 * Computes the indicators of candles in progress, built-in ones and a user's features alike, in a thread of its own: an endless
 * loop in a feature must not stop the page. The thread starts with the first request.
 */
export class ProvisionalValues {
  readonly #settings: IndicatorSettings
  readonly #market: Market
  readonly #logger: ServiceContext['logger']
  #computing: Computing | undefined
  /** Whether the thread has failed: it would fail again until the features change. */
  #hasFailed = false
  #isClosed = false

  constructor(settings: IndicatorSettings, market: Market, logger: ServiceContext['logger']) {
    const { INDICATORS, INDICATORS_FILE, FEATURES } = settings
    this.#settings = { INDICATORS, INDICATORS_FILE, FEATURES }
    this.#market = market
    this.#logger = logger
  }

  /** @returns the values of the candle in progress; undefined if there are none, or while a request of the series or too many others are open */
  async of(live: Candle): Promise<Provisional | undefined> {
    const { pair, interval, open_time_ms, bar } = live
    const series = this.#market.get(pair, interval)
    if (!series || this.#hasFailed || this.#isClosed) return undefined
    this.#computing ??= this.#start()
    const computing = this.#computing
    const { thread, intervals, open, sent } = computing
    const name = `${pair} ${interval}`
    if (intervals === undefined || open.has(name) || computing.waiting >= WAITING_MAX) return undefined
    const request = this.#request(series, live, intervals, sent.get(name))
    const { newest } = series.candles
    if (newest) sent.set(name, newest)
    thread.worker.postMessage({ name, request } satisfies NamedRequest)
    computing.waiting += request.candles.length
    const values = await new Promise<Values | undefined>(resolve => open.set(name, resolve))
    computing.waiting -= request.candles.length
    return values && ({ ...values, pair, interval, open_time_ms, ...(bar !== undefined && { bar }) } as Provisional)
  }

  #request({ candles, rows }: Series, live: Candle, intervals: readonly string[], sent: Candle | undefined): Request {
    const all = candles.last(candles.length)
    const at = sent ? all.lastIndexOf(sent) : -1
    const stepOf = (candle: Candle): Step => ({ candle, others: this.#othersOf(candle, intervals) })
    return { candles: all.slice(at + 1).map(stepOf), areAll: at === -1, row: rows.newest, live: stepOf(live) }
  }

  /** @returns the newest candles of the intervals that had closed when the candle opened */
  #othersOf({ pair, open_time_ms }: Candle, intervals: readonly string[]): Readonly<Record<string, Candle>> {
    const found: Record<string, Candle> = {}
    for (const interval of intervals) {
      const candles = this.#market.get(pair, interval)?.candles
      const newest = candles?.last(candles.length).findLast(({ close_time_ms }) => close_time_ms <= open_time_ms)
      if (newest) found[interval] = newest
    }
    return found
  }

  /** The features have changed: the next request starts a thread with the new ones. */
  startOver(): void {
    this.#hasFailed = false
    void this.#end()
  }

  /** Ends the thread. Later requests start no other one, which would keep the process from ending. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#end()
  }

  async #end(): Promise<void> {
    const ending = this.#computing
    this.#computing = undefined
    await ending?.thread.end()
  }

  #start(): Computing {
    const thread = watchedThread(MODULE, this.#settings, FEATURE_MS)
    const computing: Computing = { thread, open: new Map(), sent: new Map(), waiting: 0 }
    thread.worker.on('message', (answer: Answer) => {
      if ('intervals' in answer) computing.intervals = answer.intervals
      else if ('name' in answer) {
        computing.open.get(answer.name)?.(answer.values)
        computing.open.delete(answer.name)
      }
    })
    void thread.ended
      .then(
        stall => stall?.problem,
        (error: Error) => error.message,
      )
      .then(problem => {
        for (const resolve of computing.open.values()) resolve(undefined)
        if (this.#computing !== computing) return
        this.#computing = undefined
        this.#hasFailed = true
        this.#logger.warn(
          { problem },
          'Candles in progress have no indicators until the features or INDICATORS are corrected',
        )
      })
    return computing
  }
}
