import { AMOUNT_LIMIT, Trade } from '@candlewick/market-data'
import { type LogRecord, Rejected } from '@candlewick/streams'
import { checked } from './checked.ts'
import { expected, JsonBytes } from './json-bytes.ts'
import { type DecodedTrade, ID, PRICE, QTY, TIMESTAMP_MS, TradeRows, WRITTEN_MS } from './trade-rows.ts'

export type EncodedTrade = Omit<LogRecord, 'offset' | 'headers'>

const BEFORE_PAIR = expected('{"pair":"')
const BEFORE_ID = expected('","trade_id":')
const BUY = expected(',"side":"buy","price":')
const SELL = expected(',"side":"sell","price":')
const NULL = expected(',"side":null,"price":')
/** In those. */
const SIDE_AT = ',"side":'.length
const BEFORE_QTY = expected(',"qty":')
const BEFORE_TIMESTAMP = expected(',"timestamp_ms":')
const [CLOSE_BRACE, SMALL_B, SMALL_N] = [0x7d, 0x62, 0x6e]
const LONGEST_PAIR = 100
const UNIX_MS = { min: 1e11, below: 1e14 }

const isAmount = (n: number): boolean => n > 0 && n < AMOUNT_LIMIT

/**
 * Reads trades from the bytes of the encoding that our ingestor writes, without building a string or an object, and
 * anything else by `JSON.parse` and the schema. Both accept the same trades and give the same doubles.
 */
export class TradeDecoder {
  readonly #json = new JsonBytes()
  readonly #prepared = new TradeRows()
  readonly #single = new TradeRows()

  /** Reads a trade in our own encoding, for {@link prepared} to give it later. @returns whether it was one */
  prepare(record: EncodedTrade, slot: number): boolean {
    return this.#read(record, this.#prepared, slot)
  }

  /** @returns a trade that is valid until the next call */
  prepared(slot: number): DecodedTrade {
    return this.#prepared.get(slot)
  }

  /**
   * @param pair the record's key, which the trade must be of
   * @returns a trade that is valid until the next call. @throws Rejected('malformed')
   */
  decode(record: EncodedTrade, pair: string): DecodedTrade {
    return this.#read(record, this.#single, 0) ? this.#single.get(0) : this.#fromJson(record, pair)
  }

  #read(record: EncodedTrade, into: TradeRows, slot: number): boolean {
    const row = into.row(slot)
    const { numbers } = into
    numbers[row + WRITTEN_MS] = record.timestamp
    const { bytes, keyStart = 0, keyEnd = 0, start = 0, end = 0 } = record
    if (bytes) return this.#readIn(bytes, keyStart, keyEnd, start, end, numbers, row)
    const key = Buffer.from(record.key ?? '')
    const both = Buffer.concat([key, record.value ?? Buffer.alloc(0)])
    return this.#readIn(both, 0, key.length, key.length, both.length, numbers, row)
  }

  #readIn(
    bytes: Buffer,
    keyStart: number,
    keyEnd: number,
    start: number,
    end: number,
    numbers: Float64Array,
    row: number,
  ): boolean {
    const json = this.#json
    json.turnTo(bytes, start)
    json.expect(BEFORE_PAIR)
    json.expectPlain(keyStart, keyEnd)
    json.expect(BEFORE_ID)
    json.integer(numbers, row + ID)
    const side = json.at + SIDE_AT
    const buy = bytes[side + 1] === SMALL_B
    json.expect(buy ? BUY : bytes[side] === SMALL_N ? NULL : SELL)
    json.decimal(numbers, row + PRICE)
    json.expectShort(BEFORE_QTY)
    json.decimal(numbers, row + QTY)
    json.expect(BEFORE_TIMESTAMP)
    json.alikeInteger(numbers, row + TIMESTAMP_MS)
    const whole = json.ok && json.at === end - 1 && bytes[json.at] === CLOSE_BRACE
    const ms = numbers[row + TIMESTAMP_MS]!
    const qty = numbers[row + QTY]!
    const valid = isAmount(numbers[row + PRICE]!) && isAmount(qty) && ms >= UNIX_MS.min && ms < UNIX_MS.below
    if (!buy) numbers[row + QTY] = -qty
    return whole && valid && keyEnd - keyStart <= LONGEST_PAIR
  }

  #fromJson({ value, timestamp }: EncodedTrade, pair: string): DecodedTrade {
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
    return { trade_id, buy: side === 'buy', price, qty, timestamp_ms, written_ms: timestamp }
  }
}
