import { AMOUNT_LIMIT, Trade } from '@candlewick/market-data'
import { type LogRecord, Rejected } from '@candlewick/streams'
import { checked } from './checked.ts'
import { PairWords, textWords, WORD_BYTES, type Words } from './words.ts'

/** A trade as the fold needs it. */
export interface DecodedTrade {
  trade_id: number
  buy: boolean
  price: number
  qty: number
  timestamp_ms: number
}

export type EncodedTrade = Pick<LogRecord, 'value' | 'bytes' | 'start' | 'end'>

const BEFORE_SIDE = textWords(',"side":')
const BUY = textWords('"buy"')
const SELL = textWords('"sell"')
const NULL = textWords('null')
const BEFORE_PRICE = textWords(',"price":')
const BEFORE_QTY = textWords(',"qty":')
const BEFORE_TIMESTAMP = textWords(',"timestamp_ms":')
const [ZERO, NINE, DOT, CLOSE_BRACE, SMALL_B, SMALL_N] = [0x30, 0x39, 0x2e, 0x7d, 0x62, 0x6e]
/** So many digits are a safe integer whatever they are. */
const MOST_DIGITS = 15
/** These powers of ten are doubles exactly. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, k) => Number(`1e${k}`))
const UNIX_MS = { min: 1e11, below: 1e14 }

const isAmount = (n: number): boolean => n > 0 && n < AMOUNT_LIMIT

/**
 * Reads trades from the bytes of the encoding that our ingestor writes, without building a string or an object, and
 * anything else by `JSON.parse` and the schema. Both accept the same trades and give the same doubles.
 */
export class TradeDecoder {
  #bytes: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))
  #at = 0
  #pair = ''
  /** How a trade of the pair begins, to the id. */
  readonly #beginning = new PairWords('{"pair":"', '","trade_id":')
  #isPlain = false
  #ok = true
  readonly #trade: DecodedTrade = { trade_id: 0, buy: false, price: 0, qty: 0, timestamp_ms: 0 }

  /**
   * @param pair the record's key, which the trade must be of
   * @returns a trade that is valid until the next call. @throws Rejected('malformed')
   */
  decode(record: EncodedTrade, pair: string): DecodedTrade {
    const { bytes, start = 0, end = 0 } = record
    if (bytes && this.#fromBytes(bytes, start, end, pair)) return this.#trade
    const { value } = record
    if (value === null) throw new Rejected('malformed', 'the record has no value')
    if (!bytes && this.#fromBytes(value, 0, value.length, pair)) return this.#trade
    return this.#fromJson(value, pair)
  }

  #fromBytes(bytes: Buffer, start: number, end: number, pair: string): boolean {
    const trade = this.#trade
    if (bytes !== this.#bytes) this.#look(bytes)
    if (pair !== this.#pair) this.#turnTo(pair)
    if (!this.#isPlain) return false
    this.#at = start
    this.#ok = true
    this.#expect(this.#beginning.words)
    trade.trade_id = this.#integer()
    this.#expect(BEFORE_SIDE)
    trade.buy = bytes[this.#at + 1] === SMALL_B
    this.#expect(trade.buy ? BUY : bytes[this.#at] === SMALL_N ? NULL : SELL)
    this.#expect(BEFORE_PRICE)
    trade.price = this.#decimal()
    this.#expect(BEFORE_QTY)
    trade.qty = this.#decimal()
    this.#expect(BEFORE_TIMESTAMP)
    trade.timestamp_ms = this.#integer()
    const whole = this.#ok && this.#at === end - 1 && bytes[this.#at] === CLOSE_BRACE
    const { min, below } = UNIX_MS
    return (
      whole && isAmount(trade.price) && isAmount(trade.qty) && trade.timestamp_ms >= min && trade.timestamp_ms < below
    )
  }

  #look(bytes: Buffer): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** The records of one pair come one after the other. */
  #turnTo(pair: string): void {
    this.#pair = pair
    this.#isPlain = this.#beginning.turnTo(pair)
  }

  #expect({ length, words }: Words): void {
    const view = this.#view
    const at = this.#at
    const last = at + length - WORD_BYTES
    this.#at = at + length
    if (this.#at > view.byteLength) {
      this.#ok = false
      return
    }
    for (let i = 0; i < words.length; i++)
      if (view.getInt32(Math.min(at + i * WORD_BYTES, last), true) !== words[i]) {
        this.#ok = false
        return
      }
  }

  /** A JSON integer of at most {@link MOST_DIGITS} digits without sign. */
  #integer(): number {
    const bytes = this.#bytes
    const start = this.#at
    let at = start
    let value = 0
    for (let byte = bytes[at]!; byte >= ZERO && byte <= NINE; byte = bytes[++at]!) value = value * 10 + (byte - ZERO)
    const digits = at - start
    if (digits === 0 || digits > MOST_DIGITS || (digits > 1 && bytes[start] === ZERO)) this.#ok = false
    this.#at = at
    return value
  }

  /**
   * A JSON number without sign and exponent. A safe integer divided by a power of ten that is a double is the nearest
   * double to the decimal (Clinger, How to Read Floating Point Numbers Accurately, 1990); with more digits it is read
   * as text.
   */
  #decimal(): number {
    const bytes = this.#bytes
    const start = this.#at
    let at = start
    let value = 0
    for (let byte = bytes[at]!; byte >= ZERO && byte <= NINE; byte = bytes[++at]!) value = value * 10 + (byte - ZERO)
    const whole = at - start
    let decimals = 0
    if (bytes[at] === DOT) {
      for (let byte = bytes[++at]!; byte >= ZERO && byte <= NINE; byte = bytes[++at]!)
        value = value * 10 + (byte - ZERO)
      decimals = at - start - whole - 1
      if (decimals === 0) this.#ok = false
    }
    if (whole === 0 || (whole > 1 && bytes[start] === ZERO)) this.#ok = false
    this.#at = at
    if (value <= Number.MAX_SAFE_INTEGER && decimals < POWERS_OF_TEN.length) return value / POWERS_OF_TEN[decimals]!
    return this.#ok ? Number(bytes.toString('latin1', start, at)) : 0
  }

  #fromJson(value: Buffer, pair: string): DecodedTrade {
    let json: unknown
    try {
      json = JSON.parse(value.toString())
    } catch (error) {
      throw new Rejected('malformed', `the value is not JSON: ${(error as Error).message}`)
    }
    const trade = checked(Trade, json)
    if (trade.pair !== pair) throw new Rejected('malformed', `pair ${trade.pair} is not the record's key, ${pair}`)
    const { trade_id, side, price, qty, timestamp_ms } = trade
    return { trade_id, buy: side === 'buy', price, qty, timestamp_ms }
  }
}
