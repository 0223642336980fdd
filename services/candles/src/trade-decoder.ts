import { AMOUNT_LIMIT, Trade } from '@candlewick/market-data'
import { checked, type LogRecord, parseJson, Rejected } from '@candlewick/streams/processor'
import { contentHash } from './content-hashes.ts'
import { expected, expectedShort, JsonBytes } from './json-bytes.ts'

export type EncodedTrade = Omit<LogRecord, 'offset' | 'headers'>

/** The fields of a trade that the fold needs. */
export interface DecodedTrade {
  trade_id: number
  /** Whether the taker bought. */
  buy: boolean
  price: number
  qty: number
  timestamp_ms: number
  /** When its record was written, Unix ms. */
  written_ms: number
  /** See `content-hashes.ts`; 0 from a source that never repeats an id. */
  content_hash: number
}

const BEFORE_PAIR = expected('{"pair":"')
const BEFORE_ID = expected('","trade_id":')
const BUY = expected(',"side":"buy","price":')
const SELL = expected(',"side":"sell","price":')
const NULL = expected(',"side":null,"price":')
/** Offset of the side's value in these texts. */
const SIDE_AT = ',"side":'.length
const BEFORE_QTY = expectedShort(',"qty":')
const BEFORE_TIMESTAMP = expected(',"timestamp_ms":')
const [CLOSE_BRACE, SMALL_B, SMALL_N] = [0x7d, 0x62, 0x6e]
const LONGEST_PAIR = 100
const UNIX_MS = { min: 1e11, below: 1e14 }
/** Indices of a trade's numbers. */
const [ID, PRICE, QTY, TIMESTAMP_MS] = [0, 1, 2, 3]

const isAmount = (n: number): boolean => n > 0 && n < AMOUNT_LIMIT

/**
 * Reads trades in the exact encoding of our ingestor from their bytes, without building a string or an object, and any other
 * JSON by `JSON.parse` and the schema. Both ways accept the same trades and give the same doubles.
 */
export class TradeDecoder {
  readonly #json = new JsonBytes()
  readonly #numbers = new Float64Array(4)
  readonly #words = new Int32Array(this.#numbers.buffer)
  readonly #trade: DecodedTrade = {
    trade_id: 0,
    buy: false,
    price: 0,
    qty: 0,
    timestamp_ms: 0,
    written_ms: 0,
    content_hash: 0,
  }

  /**
   * @param pair the record's key, which the trade's pair must equal
   * @returns a trade that is valid until the next call. @throws Rejected('malformed')
   */
  decode(record: EncodedTrade, pair: string): DecodedTrade {
    if (!this.#read(record)) return this.#fromJson(record, pair)
    const trade = this.#trade
    trade.written_ms = record.timestamp
    return trade
  }

  /** @returns whether it is a trade in our own encoding */
  #read(record: EncodedTrade): boolean {
    const { bytes, keyStart = 0, keyEnd = 0, start = 0, end = 0 } = record
    if (!bytes) return this.#read(inOnePiece(record))
    const numbers = this.#numbers
    const json = this.#json
    json.turnTo(bytes, start)
    json.expect(BEFORE_PAIR)
    json.expectPlain(keyStart, keyEnd)
    json.expect(BEFORE_ID)
    json.integer(numbers, ID)
    const side = json.at + SIDE_AT
    const buy = bytes[side + 1] === SMALL_B
    json.expect(buy ? BUY : bytes[side] === SMALL_N ? NULL : SELL)
    json.decimal(numbers, PRICE)
    json.expectShort(BEFORE_QTY)
    json.decimal(numbers, QTY)
    json.expect(BEFORE_TIMESTAMP)
    json.alikeInteger(numbers, TIMESTAMP_MS)
    const whole = json.ok && json.at === end - 1 && bytes[json.at] === CLOSE_BRACE
    const price = numbers[PRICE]!
    const qty = numbers[QTY]!
    const ms = numbers[TIMESTAMP_MS]!
    const trade = this.#trade
    trade.trade_id = numbers[ID]!
    trade.buy = buy
    trade.price = price
    trade.qty = qty
    trade.timestamp_ms = ms
    trade.content_hash = contentHash(this.#words, ms | 0, buy)
    const valid = isAmount(price) && isAmount(qty) && ms >= UNIX_MS.min && ms < UNIX_MS.below
    return whole && valid && keyEnd - keyStart <= LONGEST_PAIR
  }

  #fromJson(record: EncodedTrade, pair: string): DecodedTrade {
    const trade = checked(Trade, parseJson(record))
    if (trade.pair !== pair) throw new Rejected('malformed', `pair ${trade.pair} is not the record's key, ${pair}`)
    const { trade_id, side, price, qty, timestamp_ms } = trade
    const buy = side === 'buy'
    this.#numbers[PRICE] = price
    this.#numbers[QTY] = qty
    const content_hash = contentHash(this.#words, timestamp_ms | 0, buy)
    return { trade_id, buy, price, qty, timestamp_ms, written_ms: record.timestamp, content_hash }
  }
}

/** @returns the record with its key and value in one buffer. */
function inOnePiece({ key, value, timestamp }: EncodedTrade): EncodedTrade {
  const keyBytes = Buffer.from(key ?? '')
  const bytes = Buffer.concat([keyBytes, value ?? Buffer.alloc(0)])
  const start = keyBytes.length
  return { key, value, timestamp, bytes, keyStart: 0, keyEnd: start, start, end: bytes.length }
}
