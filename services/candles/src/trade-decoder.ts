import { AMOUNT_LIMIT, Trade } from '@candlewick/market-data'
import { type LogRecord, Rejected } from '@candlewick/streams'
import { checked } from './checked.ts'
import { expected, JsonBytes } from './json-bytes.ts'
import { type DecodedTrade, TradeRows } from './trade-rows.ts'

export type EncodedTrade = Pick<LogRecord, 'key' | 'value' | 'bytes' | 'start' | 'end' | 'keyStart' | 'keyEnd'>

const BEFORE_PAIR = expected('{"pair":"')
const BEFORE_ID = expected('","trade_id":')
const BEFORE_SIDE = expected(',"side":')
const BUY = expected('"buy"')
const SELL = expected('"sell"')
const NULL = expected('null')
const BEFORE_PRICE = expected(',"price":')
const BEFORE_QTY = expected(',"qty":')
const BEFORE_TIMESTAMP = expected(',"timestamp_ms":')
const [CLOSE_BRACE, SMALL_B, SMALL_N] = [0x7d, 0x62, 0x6e]
/** A pair whose characters stand for themselves, in JSON and in UTF-8; the others are left to the slow way. */
const PLAIN_PAIR = /^[ !#-[\]-~]{1,100}$/
/** The row of a trade that was not prepared; those that are follow. */
const UNPREPARED = 0
const UNIX_MS = { min: 1e11, below: 1e14 }

const isAmount = (n: number): boolean => n > 0 && n < AMOUNT_LIMIT

/**
 * Reads trades from the bytes of the encoding that our ingestor writes, without building a string or an object, and
 * anything else by `JSON.parse` and the schema. Both accept the same trades and give the same doubles.
 */
export class TradeDecoder {
  readonly #json = new JsonBytes()
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
    const json = this.#json
    json.turnTo(bytes, start)
    json.expect(BEFORE_PAIR)
    json.expectAgain(keyStart, keyEnd)
    json.expect(BEFORE_ID)
    const id = json.integer()
    json.expect(BEFORE_SIDE)
    const buy = bytes[json.at + 1] === SMALL_B
    json.expect(buy ? BUY : bytes[json.at] === SMALL_N ? NULL : SELL)
    json.expect(BEFORE_PRICE)
    const price = json.decimal()
    json.expect(BEFORE_QTY)
    const qty = json.decimal()
    json.expect(BEFORE_TIMESTAMP)
    const ms = json.integer()
    const whole = json.ok && json.at === end - 1 && bytes[json.at] === CLOSE_BRACE
    if (whole && isAmount(price) && isAmount(qty) && ms >= UNIX_MS.min && ms < UNIX_MS.below)
      this.#trades.set(row, id, price, qty, buy, ms)
    else this.#trades.clear(row)
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
