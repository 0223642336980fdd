import { AMOUNT_LIMIT, Trade } from '@candlewick/market-data'
import { type LogRecord, Rejected } from '@candlewick/streams'
import { checked } from './checked.ts'
import { type DecodedTrade, TradeRows } from './trade-rows.ts'

export type EncodedTrade = Pick<LogRecord, 'key' | 'value' | 'bytes' | 'start' | 'end' | 'keyStart' | 'keyEnd'>

const WORD_BYTES = 4

/** Text to be compared with bytes by words of 32 bits, the last of which may overlap the one before. */
interface Expected {
  readonly length: number
  readonly words: readonly number[]
}

/** @param text ASCII, at least a word of it */
function expected(text: string): Expected {
  const bytes = Buffer.from(text, 'ascii')
  const words = Array.from({ length: Math.ceil(bytes.length / WORD_BYTES) }, (_, i) =>
    bytes.readInt32LE(Math.min(i * WORD_BYTES, bytes.length - WORD_BYTES)),
  )
  return { length: bytes.length, words }
}

const BEFORE_PAIR = expected('{"pair":"')
const BEFORE_ID = expected('","trade_id":')
const BEFORE_SIDE = expected(',"side":')
const BUY = expected('"buy"')
const SELL = expected('"sell"')
const NULL = expected('null')
const BEFORE_PRICE = expected(',"price":')
const BEFORE_QTY = expected(',"qty":')
const BEFORE_TIMESTAMP = expected(',"timestamp_ms":')
const [ZERO, NINE, DOT, CLOSE_BRACE, SMALL_B, SMALL_N] = [0x30, 0x39, 0x2e, 0x7d, 0x62, 0x6e]
/** A pair whose characters stand for themselves, in JSON and in UTF-8; the others are left to the slow way. */
const PLAIN_PAIR = /^[ !#-[\]-~]{1,100}$/
/** So many digits are a safe integer whatever they are. */
const MOST_DIGITS = 15
/** These powers of ten are doubles exactly. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, k) => Number(`1e${k}`))
/** The row of a trade that was not prepared; those that are follow. */
const UNPREPARED = 0
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
  #ok = true
  #pair = ''
  #isPlain = false
  readonly #trades = new TradeRows()

  /** Reads the trade of a record, for {@link decode} to give it later. @param index of the record in its chunk */
  prepare(record: EncodedTrade, index: number): void {
    this.#read(record, 1 + index)
  }

  /**
   * @param pair the record's key, which the trade must be of
   * @param index where it was prepared, if it was
   * @returns a trade that is valid until the next call. @throws Rejected('malformed')
   */
  decode(record: EncodedTrade, pair: string, index?: number): DecodedTrade {
    if (pair !== this.#pair) this.#turnTo(pair)
    if (index === undefined) this.#read(record, UNPREPARED)
    const trade = this.#isPlain ? this.#trades.get(index === undefined ? UNPREPARED : 1 + index) : null
    return trade ?? this.#fromJson(record.value, pair)
  }

  /** The records of one pair come one after the other. */
  #turnTo(pair: string): void {
    this.#pair = pair
    this.#isPlain = PLAIN_PAIR.test(pair)
  }

  /** Sets the row: to the trade if it is in our own encoding, and its pair in the bytes of the key, which must be plain. */
  #read(record: EncodedTrade, row: number): void {
    const { bytes, keyStart = 0, keyEnd = 0, start = 0, end = 0 } = record
    if (bytes) this.#readIn(bytes, keyStart, keyEnd, start, end, row)
    else {
      const key = Buffer.from(record.key ?? '')
      const both = Buffer.concat([key, record.value ?? Buffer.alloc(0)])
      this.#readIn(both, 0, key.length, key.length, both.length, row)
    }
  }

  #readIn(bytes: Buffer, keyStart: number, keyEnd: number, start: number, end: number, row: number): void {
    if (bytes !== this.#bytes) this.#look(bytes)
    this.#at = start
    this.#ok = true
    this.#expect(BEFORE_PAIR)
    this.#expectAgain(keyStart, keyEnd)
    this.#expect(BEFORE_ID)
    const id = this.#integer()
    this.#expect(BEFORE_SIDE)
    const buy = bytes[this.#at + 1] === SMALL_B
    this.#expect(buy ? BUY : bytes[this.#at] === SMALL_N ? NULL : SELL)
    this.#expect(BEFORE_PRICE)
    const price = this.#decimal()
    this.#expect(BEFORE_QTY)
    const qty = this.#decimal()
    this.#expect(BEFORE_TIMESTAMP)
    const ms = this.#integer()
    const whole = this.#ok && this.#at === end - 1 && bytes[this.#at] === CLOSE_BRACE
    if (whole && isAmount(price) && isAmount(qty) && ms >= UNIX_MS.min && ms < UNIX_MS.below)
      this.#trades.set(row, id, price, qty, buy, ms)
    else this.#trades.clear(row)
  }

  #look(bytes: Buffer): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** What is in [from, to), at least a word. */
  #expectAgain(from: number, to: number): void {
    const view = this.#view
    const last = to - from - WORD_BYTES
    const at = this.#at
    this.#at = at + to - from
    if (last < 0 || this.#at > view.byteLength) {
      this.#ok = false
      return
    }
    for (let i = 0; i < last + WORD_BYTES; i += WORD_BYTES) {
      const j = Math.min(i, last)
      if (view.getInt32(from + j) !== view.getInt32(at + j)) this.#ok = false
    }
  }

  #expect({ length, words }: Expected): void {
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

  #fromJson(value: Buffer | null, pair: string): DecodedTrade {
    if (value === null) throw new Rejected('malformed', 'the record has no value')
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
