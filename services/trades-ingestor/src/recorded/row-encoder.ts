import { BUY, SELL, type TradeBatch } from '@candlewick/exchanges'

const [ZERO, CLOSE_BRACE] = [0x30, 0x7d]
const SIDES = {
  none: Buffer.from(',"side":null,"price":'),
  buy: Buffer.from(',"side":"buy","price":'),
  sell: Buffer.from(',"side":"sell","price":'),
}
const QTY = Buffer.from(',"qty":')
const TIMESTAMP = Buffer.from(',"timestamp_ms":')
/** Maximum size of a record: a pair's escaped name, a trade's numbers and the names of the fields. */
const RECORD_BYTES_MAX = 1024
const BILLION = 1e9

/**
 * Writes trades of a batch as the JSON that `tradeText` returns, byte by byte from the file's digits: strings would cost
 * several objects for each trade. A test compares the two.
 */
export class RowEncoder {
  readonly #bytes = Buffer.allocUnsafeSlow(RECORD_BYTES_MAX)
  readonly #prefixes = new Map<string, Buffer>()
  #at = 0

  /** @returns the record's value; valid until the next call. */
  encode(pair: string, batch: TradeBatch, row: number): Buffer {
    this.#at = 0
    this.#copy(this.#prefix(pair))
    this.#integer(batch.ids[row]!)
    const side = batch.sides[row]!
    this.#copy(side === BUY ? SIDES.buy : side === SELL ? SIDES.sell : SIDES.none)
    this.#digits(batch.text, batch.priceStarts[row]!, batch.priceEnds[row]!)
    this.#copy(QTY)
    this.#digits(batch.text, batch.qtyStarts[row]!, batch.qtyEnds[row]!)
    this.#copy(TIMESTAMP)
    this.#integer(batch.times[row]!)
    this.#bytes[this.#at++] = CLOSE_BRACE
    return this.#bytes.subarray(0, this.#at)
  }

  #prefix(pair: string): Buffer {
    const known = this.#prefixes.get(pair)
    if (known) return known
    const prefix = Buffer.from(`{"pair":${JSON.stringify(pair)},"trade_id":`)
    this.#prefixes.set(pair, prefix)
    return prefix
  }

  /** A loop, which is faster than a call of `copy` for so few bytes. */
  #copy(from: Buffer): void {
    this.#digits(from, 0, from.length)
  }

  #digits(from: Buffer, start: number, end: number): void {
    const bytes = this.#bytes
    let at = this.#at
    for (let i = start; i < end; i++) bytes[at++] = from[i]!
    this.#at = at
  }

  /** Writes a non-negative safe integer, in two parts that are small integers for V8. */
  #integer(value: number): void {
    if (value < BILLION) this.#small(value, 1)
    else {
      const high = Math.floor(value / BILLION)
      this.#small(high, 1)
      this.#small(value - high * BILLION, 9)
    }
  }

  #small(value: number, digitsMin: number): void {
    let digits = digitsMin
    for (let limit = 10 ** digits; value >= limit; limit *= 10) digits++
    const bytes = this.#bytes
    // From here on the numbers are small integers, because V8 divides doubles more slowly.
    let left = value | 0
    for (let i = this.#at + digits - 1; i >= this.#at; i--) {
      const rest = (left / 10) | 0
      bytes[i] = ZERO + left - rest * 10
      left = rest
    }
    this.#at += digits
  }
}
