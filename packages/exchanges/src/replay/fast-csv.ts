import { FastLines } from './fast-lines.ts'
import type { Column } from './fields.ts'
import type { Layout } from './layouts.ts'
import { OTHER_PAIR } from './pair-filter.ts'
import type { RowSink } from './row-sink.ts'
import { decimal, integer, seconds, skip } from './scan.ts'
import { MILLIS, type TimeFormat } from './times.ts'
import { BUY, NO_SIDE, SELL, type TradeBatch } from './trade-batch.ts'

const [NEWLINE, RETURN, SPACE, QUOTE, COMMA] = [0x0a, 0x0d, 0x20, 0x22, 0x2c]
/** This bit is set in a small letter and not in the capital letter. */
const SMALL = 0x20
const THREE_SMALL = 0x202020
const [SMALL_B, SMALL_E, SMALL_L, SMALL_S] = [0x62, 0x65, 0x6c, 0x73]
const [BUY_WORD, SEL_WORD, TRU_WORD, FAL_WORD] = ['buy', 'sel', 'tru', 'fal'].map(text =>
  Buffer.from(text).readUIntBE(0, 3),
) as [number, number, number, number]
const DIGITS_MAX = 16

/** Actions for a column's bytes. They are numbers, because one is compared for each column of each line. */
const [SKIP, EMPTY, PAIR, ID, SIDE, MAKER_SIDE, BUYER_IS_MAKER, PRICE, QTY, TIME, EXCHANGE] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
]
const ACTIONS: Readonly<Record<Column, number>> = {
  '-': SKIP,
  pair: PAIR,
  trade_id: ID,
  side: SIDE,
  maker_side: MAKER_SIDE,
  buyer_is_maker: BUYER_IS_MAKER,
  price: PRICE,
  qty: QTY,
  time: TIME,
  timestamp_ms: TIME,
  exchange: EXCHANGE,
}

/**
 * Reads the plain lines of a known layout. A line is not plain if it has quotes, spaces, exponents, another number of columns,
 * or values out of bounds.
 */
export class FastCsv extends FastLines {
  readonly #actions: Uint8Array
  readonly #format: TimeFormat
  readonly #onlyPair: number
  /** The name of the exchange that all rows have. */
  readonly #exchange: Buffer

  constructor({ columns, time, ids }: Layout, sink: RowSink) {
    super(sink)
    const { pairs } = sink.session
    this.#exchange = Buffer.from(sink.session.exchange ?? '')
    this.#format = columns.includes('timestamp_ms') ? 'ms' : time
    this.#actions = Uint8Array.from(columns, column => this.#actionOf(column, columns, ids))
    this.#onlyPair = columns.includes('pair') || pairs.only === undefined ? OTHER_PAIR : pairs.find(pairs.only)
  }

  /** If several columns have one meaning, this chooses the column that the slow reader chooses. */
  #actionOf(column: Column, columns: readonly Column[], ids: Layout['ids']): number {
    if (column === 'time' && columns.includes('timestamp_ms')) return SKIP
    if (column === 'side' && (columns.includes('maker_side') || columns.includes('buyer_is_maker'))) return SKIP
    if (column === 'maker_side' && columns.includes('buyer_is_maker')) return SKIP
    if (column === 'trade_id' && this.isNumbered) return ids === 'exchange' ? EMPTY : SKIP
    return ACTIONS[column]
  }

  protected symbolOf(block: Buffer, start: number): string {
    const cells = block.toString('utf8', start, block.indexOf(NEWLINE, start)).trim().split(',')
    return cells[this.#actions.indexOf(PAIR)]!.trim()
  }

  protected readLine(block: Buffer, start: number, batch: TradeBatch, shift: number): number {
    const row = batch.length
    const actions = this.#actions
    const count = actions.length
    let at = start
    this.pair = this.#onlyPair
    batch.sides[row] = NO_SIDE
    for (let column = 0; column < count; column++) {
      const from = at
      const action = actions[column]!
      if (action === PRICE) {
        at = decimal(block, from, batch.prices, row)
        batch.priceStarts[row] = from + shift
        batch.priceEnds[row] = at + shift
      } else if (action === QTY) {
        at = decimal(block, from, batch.qtys, row)
        batch.qtyStarts[row] = from + shift
        batch.qtyEnds[row] = at + shift
      } else if (action === TIME) at = this.#time(block, from, batch.times, row)
      else if (action === ID) at = integer(block, from, DIGITS_MAX, batch.ids, row)
      else if (action === PAIR) at = this.#symbol(block, from)
      else if (action === EXCHANGE) at = this.#sameExchange(block, from)
      else if (action === SKIP) at = skip(block, from, NEWLINE, QUOTE)
      else if (action !== EMPTY) at = side(block, from, action, batch.sides, row)
      if (at < 0) return -1
      if (column < count - 1 && block[at++] !== COMMA) return -1
    }
    if (block[at] === RETURN) at++
    return block[at] === NEWLINE ? at + 1 : -1
  }

  #symbol(block: Buffer, from: number): number {
    let at = from
    let hash = 0
    for (let byte = block[at]!; byte > SPACE && byte !== COMMA; byte = block[++at]!) {
      if (byte === QUOTE) return -1
      hash = (Math.imul(hash, 31) + byte) | 0
    }
    if (at === from) return -1
    return this.findPair(block, from, at, hash)
  }

  /** @returns -1 for another exchange, so that the slow reader refuses it. */
  #sameExchange(block: Buffer, from: number): number {
    const exchange = this.#exchange
    for (let i = 0; i < exchange.length; i++) if (block[from + i] !== exchange[i]) return -1
    return from + exchange.length
  }

  /** @returns -1 also for a time that is out of bounds, so that the slow reader reports it. */
  #time(block: Buffer, from: number, times: Float64Array, row: number): number {
    let at = integer(block, from, DIGITS_MAX, times, row)
    if (at < 0) return -1
    const unit = this.#format === 'ms' ? 'ms' : this.#unit(at - from)
    if (unit === 's') at = seconds(block, at, times, row)
    else if (unit === 'us') times[row] = Math.floor(times[row]! / 1000)
    else if (unit === undefined) return -1
    const ms = times[row]!
    return ms >= MILLIS.min && ms < MILLIS.below ? at : -1
  }

  #unit(digits: number): 's' | 'ms' | 'us' | undefined {
    const format = this.#format
    if (format === 's' || format === 'us') return format
    if (format === 'digits') return digits <= 11 ? 's' : digits <= 14 ? 'ms' : digits <= DIGITS_MAX ? 'us' : undefined
    if (format === 'ms or us') return digits <= 14 ? 'ms' : 'us'
    return undefined
  }
}

/** Three bytes as one small integer, in small letters. */
const word = (block: Buffer, at: number): number =>
  (block[at]! << 16) | (block[at + 1]! << 8) | block[at + 2]! | THREE_SMALL

/** Sides and flags as most files write them, and their first letters alone; the slow reader handles everything else. */
function side(block: Buffer, from: number, action: number, sides: Uint8Array, row: number): number {
  if (action === BUYER_IS_MAKER) return flag(block, from, sides, row)
  const first = block[from]! | SMALL
  const isBuy = first === SMALL_B
  if (!isBuy && first !== SMALL_S) return -1
  sides[row] = isBuy === (action === SIDE) ? BUY : SELL
  const three = word(block, from)
  if (three === BUY_WORD) return from + 3
  if (three === SEL_WORD && (block[from + 3]! | SMALL) === SMALL_L) return from + 4
  return from + 1
}

function flag(block: Buffer, from: number, sides: Uint8Array, row: number): number {
  const three = word(block, from)
  const isTrue = three === TRU_WORD
  const end = from + (isTrue ? 4 : 5)
  if (
    (!isTrue && (three !== FAL_WORD || (block[from + 3]! | SMALL) !== SMALL_S)) ||
    (block[end - 1]! | SMALL) !== SMALL_E
  )
    return -1
  sides[row] = isTrue ? SELL : BUY
  return end
}
