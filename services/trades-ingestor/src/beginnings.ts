import { type Clock, type ExchangeCandle, type Ohlc, UnknownPair } from '@candlewick/exchanges'
import { intervalMs, type Seed, windowStart } from '@candlewick/market-data'
import { ALIGN_MS_MAX, affordableStart, alignedStart, type Beginning, seedsOf } from './beginning.ts'
import type { TradeSequencer } from './trade-sequencer.ts'

/** Where a pair begins, and the error if the exchange's answers were incomplete. */
export interface BeginningEvent extends Beginning {
  readonly type: 'beginning'
  readonly pair: string
  readonly error?: unknown
}

export interface BeginningsOptions {
  /** The exchange's own candles; undefined if it has none. */
  readonly ohlc?: Ohlc | undefined
  /** The intervals of our candles, e.g. `1m`. */
  readonly intervals: readonly string[]
  /** How much history a new pair begins with; undefined: as much as the exchange returns within 20 seconds. */
  readonly historyMs: number | undefined
  /** How many candles an interval begins with, the exchange's and our own together; 0: no candles of the exchange. */
  readonly seedCandles: number
  readonly clock: Clock
  readonly signal: AbortSignal
  deliver(event: BeginningEvent): void
}

/** Pairs that are looked up at the same time, the most liquid first. */
const PAIRS_MAX = 10
/** Wait after the subscription: the exchange's first messages show how liquid a pair is. */
const PATIENCE_MS = 500
const RETRY_MS = 1000
/** The exchange may not have the candle of a window that ended more recently than this. */
const SETTLED_MS = 30_000
/** Time after which a pair begins without the candles that the exchange has not returned. */
const SEARCH_MS_MAX = 30_000

/** Finds out where new pairs begin: the time from which the exchange's history is read, and the exchange's candles before it. */
export class Beginnings {
  readonly #o: BeginningsOptions
  /** Since when each pair has been waiting, monotonic ms. */
  readonly #waiting = new Map<string, number>()
  readonly #searching = new Set<string>()

  constructor(options: BeginningsOptions) {
    this.#o = options
  }

  /** @param nowMs the exchange's time, Unix ms */
  look(sequencers: readonly TradeSequencer[], nowMs: number): void {
    const now = this.#o.clock.now()
    const waiting = sequencers.filter(({ pair, beginning }) => beginning.isAwaited && !this.#searching.has(pair))
    for (const { pair } of waiting) if (!this.#waiting.has(pair)) this.#waiting.set(pair, now)
    const sinceMs = (pair: string) => now - (this.#waiting.get(pair) ?? now)
    for (const { pair } of waiting)
      if (sinceMs(pair) >= SEARCH_MS_MAX)
        this.#deliver(pair, nowMs, new Error('the exchange is asked about other pairs'))
    const due = waiting.filter(({ pair }) => sinceMs(pair) >= PATIENCE_MS && sinceMs(pair) < SEARCH_MS_MAX)
    due.sort((a, b) => b.bufferedRate - a.bufferedRate)
    for (const { pair } of due.slice(0, Math.max(0, PAIRS_MAX - this.#searching.size)))
      void this.#search(pair, nowMs, SEARCH_MS_MAX - sinceMs(pair))
  }

  answered({ pair }: BeginningEvent): void {
    this.#waiting.delete(pair)
    this.#searching.delete(pair)
  }

  async #search(pair: string, nowMs: number, leftMs: number): Promise<void> {
    const { clock, signal, deliver } = this.#o
    this.#searching.add(pair)
    const ended = new AbortController()
    const late = new AbortController()
    void clock.sleep(leftMs, AbortSignal.any([signal, ended.signal])).then(() => {
      late.abort(new Error(`the exchange has not answered within ${SEARCH_MS_MAX / 1000} s`))
    })
    try {
      const beginning = await this.#find(pair, nowMs, AbortSignal.any([signal, late.signal]))
      deliver({ type: 'beginning', pair, ...beginning })
    } catch (error) {
      if (!signal.aborted) this.#deliver(pair, nowMs, error)
    } finally {
      ended.abort()
    }
  }

  /** Lets the pair begin with what the exchange has returned so far. */
  #deliver(pair: string, nowMs: number, error: unknown): void {
    const { historyMs, intervals, deliver } = this.#o
    this.#searching.add(pair)
    const fromMs = historyMs === undefined ? null : alignedStart(nowMs, historyMs, intervals)
    deliver({ type: 'beginning', pair, fromMs, seeds: [], error })
  }

  /** @returns the beginning, with an error if only some of the candles arrived in time. */
  async #find(pair: string, nowMs: number, signal: AbortSignal): Promise<Beginning & { error?: unknown }> {
    const { ohlc, intervals, historyMs, seedCandles } = this.#o
    const settledMs = nowMs - SETTLED_MS
    const usable = [...new Set(intervals)].filter(name => ohlc?.intervals.includes(name))
    usable.sort((a, b) => intervalMs(b) - intervalMs(a))
    const candles = new Map<string, readonly ExchangeCandle[]>()
    const candlesOf = async (interval: string) => {
      const ms = intervalMs(interval)
      const untilMs = windowStart(settledMs, ms)
      const fromMs = untilMs - Math.max(1, seedCandles) * ms
      const ask = () => ohlc!.candles(pair, interval, fromMs, untilMs, signal)
      const known = candles.get(interval) ?? (await this.#untilAnswered(ask, signal))
      candles.set(interval, known)
      return known
    }
    const fromMs = historyMs === undefined ? await this.#affordable(usable, candlesOf, settledMs) : undefined
    const startMs = fromMs ?? (historyMs === undefined ? null : alignedStart(nowMs, historyMs, intervals))
    if (startMs === null) return { fromMs: null, seeds: [] }
    const seeds: Seed[] = []
    try {
      for (const interval of usable) {
        const count = seedCandles - Math.floor((nowMs - startMs) / intervalMs(interval))
        if (count > 0) seeds.push(...seedsOf(pair, interval, await candlesOf(interval), startMs, count))
      }
      return { fromMs: startMs, seeds }
    } catch (error) {
      return { fromMs: startMs, seeds, error }
    }
  }

  /** @throws UnknownPair, or the signal's reason */
  async #untilAnswered<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        if (error instanceof UnknownPair) throw error
        await this.#o.clock.sleep(RETRY_MS, signal)
        signal.throwIfAborted()
      }
    }
  }

  /** @returns a start from which the longest windows are complete that 20 seconds allow, at least the open window of the shortest interval. */
  async #affordable(
    usable: readonly string[],
    candlesOf: (interval: string) => Promise<readonly ExchangeCandle[]>,
    nowMs: number,
  ): Promise<number | undefined> {
    for (const interval of usable.filter(name => intervalMs(name) <= ALIGN_MS_MAX)) {
      const startMs = affordableStart(await candlesOf(interval), interval, nowMs)
      if (startMs !== undefined) return startMs
    }
    const shortest = usable.at(-1)
    return shortest === undefined ? undefined : windowStart(nowMs, intervalMs(shortest))
  }
}
