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
/** Where a row has what. The quantity is negative unless the taker bought. */
export const [ID, PRICE, QTY, TIMESTAMP_MS, WRITTEN_MS] = [0, 1, 2, 3, 4]

/**
 * Trades by slot, each a row of doubles: with thousands of pairs the trades of a chunk are processed in another order
 * than they came in, and rows of 40 bytes, a pair's side by side, stay in the processor's cache where records do not.
 */
export class TradeRows {
  numbers = new Float64Array(FIELDS * FIRST_ROOM)
  readonly #trade: DecodedTrade = { trade_id: 0, buy: false, price: 0, qty: 0, timestamp_ms: 0, written_ms: 0 }

  /** @returns where in the numbers, which may be others now, the row begins: there is room for it */
  row(slot: number): number {
    const row = FIELDS * slot
    if (row >= this.numbers.length) {
      const grown = new Float64Array(2 * row)
      grown.set(this.numbers)
      this.numbers = grown
    }
    return row
  }

  /** @returns a trade that is valid until the next call */
  get(slot: number): DecodedTrade {
    const { numbers } = this
    const row = FIELDS * slot
    const qty = numbers[row + QTY]!
    const trade = this.#trade
    trade.trade_id = numbers[row + ID]!
    trade.price = numbers[row + PRICE]!
    trade.qty = Math.abs(qty)
    trade.buy = qty > 0
    trade.timestamp_ms = numbers[row + TIMESTAMP_MS]!
    trade.written_ms = numbers[row + WRITTEN_MS]!
    return trade
  }
}
