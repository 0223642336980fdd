/** A trade as the fold needs it. */
export interface DecodedTrade {
  trade_id: number
  buy: boolean
  price: number
  qty: number
  timestamp_ms: number
  /** When its record was written, Unix ms. */
  written_ms: number
}

const FIELDS = 5
const FIRST_ROOM = 1 << 10

/**
 * Trades by number, each a row of doubles: with thousands of pairs the trades of a chunk are processed in another order
 * than they came in, and rows of 40 bytes stay in the processor's cache where the records do not.
 */
export class TradeRows {
  /** Id, price, quantity (negative unless the taker bought), time, when it was written. */
  #rows = new Float64Array(FIELDS * FIRST_ROOM)
  readonly #trade: DecodedTrade = { trade_id: 0, buy: false, price: 0, qty: 0, timestamp_ms: 0, written_ms: 0 }

  /** @param qty negative unless the taker bought */
  set(number: number, id: number, price: number, qty: number, timestampMs: number, writtenMs: number): void {
    const row = this.#row(number)
    const rows = this.#rows
    rows[row] = id
    rows[row + 1] = price
    rows[row + 2] = qty
    rows[row + 3] = timestampMs
    rows[row + 4] = writtenMs
  }

  /** @returns a trade that is valid until the next call */
  get(number: number): DecodedTrade {
    const rows = this.#rows
    const row = FIELDS * number
    const qty = rows[row + 2]!
    const trade = this.#trade
    trade.trade_id = rows[row]!
    trade.price = rows[row + 1]!
    trade.qty = Math.abs(qty)
    trade.buy = qty > 0
    trade.timestamp_ms = rows[row + 3]!
    trade.written_ms = rows[row + 4]!
    return trade
  }

  #row(number: number): number {
    const row = FIELDS * number
    if (row >= this.#rows.length) {
      const grown = new Float64Array(2 * row)
      grown.set(this.#rows)
      this.#rows = grown
    }
    return row
  }
}
