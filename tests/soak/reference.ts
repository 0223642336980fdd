import type { SimulatedExchange } from '@candlewick/exchanges'
import { barSpec, type Candle, intervalMs, type Trade, windowStart } from '@candlewick/market-data'
import { barsFrom } from '../reference/bars.ts'
import { referenceCandles } from '../reference/candles.ts'

/** How many trades are examined for the next bar; no bar of the soak test has more. */
const BAR_TRADES_MAX = 1000

/** Chunks kept of each pair; most requests are for recent windows. */
const CHUNKS_KEPT = 8

/**
 * The right candles, computed from the exchange's own list of trades, independently of ingestor and topics except for the
 * first trade of each pair that the ingestor wrote.
 */
export class Reference {
  readonly #exchange: SimulatedExchange
  readonly #intervals: readonly string[]
  readonly #chunkMs: number
  readonly #first = new Map<string, Trade>()
  readonly #chunks = new Map<string, Map<number, ReadonlyMap<string, Candle>>>()

  constructor(exchange: SimulatedExchange, intervals: readonly string[]) {
    this.#exchange = exchange
    this.#intervals = intervals
    this.#chunkMs = Math.max(...intervals.map(intervalMs))
  }

  /** @returns whether the exchange's time is past this (Unix ms), so that windows that end by then can be known. */
  isOver(timeMs: number): boolean {
    return this.#exchange.time.now() >= timeMs
  }

  trade(pair: string, id: number): Trade {
    const [trade] = this.#trades(pair, id, id)
    return trade!
  }

  /** @returns the id of the exchange's last trade before the time (Unix ms) */
  lastIdBefore(pair: string, timeMs: number): number {
    return this.#exchange.lastIdBefore(pair, timeMs)
  }

  /** Sets the trade with which the pair's series start. */
  begin(pair: string, firstId: number): void {
    this.#first.set(pair, this.trade(pair, firstId))
  }

  /** @returns the start of the pair's first window of the interval (Unix ms); undefined before its first trade */
  firstWindow(pair: string, interval: string): number | undefined {
    const first = this.#first.get(pair)
    return first && windowStart(first.timestamp_ms, intervalMs(interval))
  }

  /** @returns the right candle of a window, which must have ended */
  candle(pair: string, interval: string, openMs: number): Candle {
    const start = windowStart(openMs, this.#chunkMs)
    const chunks = this.#chunks.get(pair) ?? new Map<number, ReadonlyMap<string, Candle>>()
    this.#chunks.set(pair, chunks)
    const known = chunks.get(start)?.get(windowOf(interval, openMs))
    if (known) return known
    const until = Math.min(start + this.#chunkMs, this.#exchange.time.now())
    const candles = this.#candles(pair, start, until)
    chunks.delete(start)
    chunks.set(start, new Map(candles.map(c => [windowOf(c.interval, c.open_time_ms), c])))
    if (chunks.size > CHUNKS_KEPT) chunks.delete([...chunks.keys()][0]!)
    return chunks.get(start)!.get(windowOf(interval, openMs))!
  }

  /** @returns the pair's right bars, one by one; undefined while the exchange has not traded enough for the next one */
  *bars(pair: string, interval: string): Generator<Candle | undefined> {
    const spec = barSpec(interval)
    let from = this.#first.get(pair)!.trade_id
    for (let bar = 1; ; ) {
      const to = Math.min(from + BAR_TRADES_MAX, this.#exchange.lastIdBefore(pair, this.#exchange.time.now()))
      const next = to < from ? undefined : barsFrom(this.#trades(pair, from, to), 0, spec).next().value
      yield next && { ...next, bar }
      if (!next) continue
      from = next.last_trade_id! + 1
      bar++
    }
  }

  /** Starts with the trade before the chunk, whose price flat candles have until the chunk's first trade. */
  #candles(pair: string, startMs: number, untilMs: number): Candle[] {
    const first = this.#first.get(pair)!
    const before = Math.max(first.trade_id, this.#exchange.lastIdBefore(pair, startMs))
    const trades = this.#trades(pair, before, this.#exchange.lastIdBefore(pair, untilMs))
    const base = Math.min(...this.#intervals.map(intervalMs))
    const complete_from_ms = windowStart(first.timestamp_ms, base) + base
    const options = { until_ms: untilMs, emptyCandles: 'flat', complete_from_ms } as const
    return referenceCandles(trades, this.#intervals, options).filter(c => c.open_time_ms >= startMs)
  }

  #trades(pair: string, from: number, to: number): Trade[] {
    return this.#exchange
      .trades(pair, from, to)
      .map(({ price, qty, ...trade }) => ({ ...trade, price: Number(price), qty: Number(qty) }))
  }
}

const windowOf = (interval: string, openMs: number): string => `${interval} ${openMs}`
