import type { ExchangeTrade } from '@candlewick/exchanges'
import type { GapEntry } from './gap-entry.ts'

/** More trades than an exchange's snapshot has. */
const REMEMBERED = 128
const NO_ID = -1
/** The socket and the history round the time of one trade differently. */
const SAME_TIME_MS = 1000
/** Exchanges number trades of the same moment in another order than that of their times. */
const DISORDER_MS = 10_000

const SIDES = [null, 'buy', 'sell'] as const

/** The content of a pair's newest trades, which distinguishes a repeated trade from another trade with the same id. */
export class KnownTrades {
  readonly #ids = new Float64Array(REMEMBERED).fill(NO_ID)
  readonly #times = new Float64Array(REMEMBERED)
  readonly #prices = new Float64Array(REMEMBERED)
  readonly #qtys = new Float64Array(REMEMBERED)
  readonly #sides = new Uint8Array(REMEMBERED)

  #gap: GapEntry | undefined

  /**
   * Where trades were dropped since the last commit because they contradict known ones: the windows lack the trade, or have the wrong
   * one of the two. It is kept when a write fails.
   */
  get gap(): GapEntry | undefined {
    return this.#gap
  }

  committed(): void {
    this.#gap = undefined
  }

  add({ trade_id, timestamp_ms, price, qty, side }: ExchangeTrade): void {
    const at = trade_id % REMEMBERED
    this.#ids[at] = trade_id
    this.#times[at] = timestamp_ms
    this.#prices[at] = Number(price)
    this.#qtys[at] = Number(qty)
    this.#sides[at] = SIDES.indexOf(side)
  }

  /**
   * Notes a gap at the time of a trade that contradicts a known one.
   * @param trade was dropped, because its id was known
   * @param last id and time (Unix ms) of the pair's last trade; null if there is none
   * @returns whether it is another trade than the known one with its id. If that one is no longer remembered, a time after the
   *   last trade's shows it: the exchange has started its ids from 1 again
   */
  noteContradiction(
    trade: ExchangeTrade,
    { id, ms }: { readonly id: number | null; readonly ms: number | null },
  ): boolean {
    if (id === null || ms === null || trade.trade_id > id || !this.#isOther(trade, { id, ms })) return false
    const { timestamp_ms } = trade
    const { from_ms, to_ms, trades } = this.#gap ?? { from_ms: timestamp_ms, to_ms: 0, trades: 0 }
    this.#gap = {
      type: 'gap',
      from_ms: Math.min(from_ms, timestamp_ms),
      to_ms: Math.max(to_ms, timestamp_ms + 1),
      trades: trades + 1,
    }
    return true
  }

  #isOther(trade: ExchangeTrade, last: { readonly id: number; readonly ms: number }): boolean {
    const { trade_id, timestamp_ms, price, qty, side } = trade
    const at = trade_id % REMEMBERED
    if (this.#ids[at] !== trade_id) return timestamp_ms > last.ms + (trade_id > last.id - REMEMBERED ? DISORDER_MS : 0)
    const isSame =
      this.#prices[at] === Number(price) &&
      this.#qtys[at] === Number(qty) &&
      this.#sides[at] === SIDES.indexOf(side) &&
      Math.abs(this.#times[at]! - timestamp_ms) <= SAME_TIME_MS
    return !isSame
  }
}
