import type { SimulatedExchange } from '@candlewick/exchanges'
import type { TradeList } from './auditor.ts'
import type { AuditTrade } from './recomputation.ts'

/** Maximum number of trades at a time, so that a burst does not block the page. */
const TAKEN_MAX = 5000

/** The simulated exchange's own list of trades, which does not depend on what happens to them in the pipeline. */
export class ExchangeList implements TradeList {
  readonly #exchange: SimulatedExchange
  readonly #pairs = new Map<string, { next: number; fromMs: number; knownMs: number }>()

  constructor(exchange: SimulatedExchange) {
    this.#exchange = exchange
  }

  *take(pair: string, fromMs: number): Iterable<AuditTrade> {
    const at = this.#pairs.get(pair) ?? this.#begin(pair, fromMs)
    const nowMs = Math.floor(this.#exchange.time.now())
    const newest = this.#exchange.lastId(pair)
    const to = Math.min(newest, at.next + TAKEN_MAX - 1)
    for (const { price, qty, ...trade } of this.#exchange.trades(pair, at.next, to)) {
      yield { ...trade, price: Number(price), qty: Number(qty) }
      at.knownMs = trade.timestamp_ms
    }
    at.next = to + 1
    if (to === newest) at.knownMs = nowMs
  }

  /** The trade before the beginning gives the price of a flat candle. */
  #begin(pair: string, fromMs: number) {
    const begun = { next: Math.max(1, this.#exchange.lastIdBefore(pair, fromMs)), fromMs, knownMs: fromMs }
    this.#pairs.set(pair, begun)
    return begun
  }

  known(pair: string): number {
    return this.#pairs.get(pair)?.knownMs ?? 0
  }

  completeFrom(pair: string): number {
    return this.#pairs.get(pair)?.fromMs ?? Number.POSITIVE_INFINITY
  }
}
