import type { Column } from './fields.ts'
import type { Layout } from './layouts.ts'
import { OTHER_PAIR } from './pair-filter.ts'
import type { RowSink } from './row-sink.ts'
import { decimal, integer, isDigit, seconds, skip } from './scan.ts'
import { SymbolTable } from './symbol-table.ts'
import { MILLIS, type TimeFormat } from './times.ts'
import { BUY, NO_SIDE, SELL, type TradeBatch } from './trade-batch.ts'

const [NEWLINE, RETURN, SPACE, QUOTE, COMMA] = [0x0a, 0x0d, 0x20, 0x22, 0x2c]
/** Set in a small letter, not in the capital one. */
const SMALL = 0x20
const [SMALL_B, SMALL_F, SMALL_S, SMALL_T] = [0x62, 0x66, 0x73, 0x74]
const [BUY_WORD, SELL_WORD, TRUE, FALSE] = ['buy', 'sell', 'true', 'false'].map(word => Buffer.from(word)) as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
]
const DIGITS_MAX = 16

/** What is done with a column's bytes: numbers, as they are compared once a column of each line. */
const [SKIP, EMPTY, PAIR, ID, SIDE, MAKER_SIDE, BUYER_IS_MAKER, PRICE, QTY, TIME] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
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
}

/**
 * Reads the plain lines of a known layout straight from the bytes into the columns of a batch: no string, no array of
 * cells and no object a line. It stops before any line that is not plain: quotes, spaces, exponents, another number of
 * columns, a value out of bounds. The slow reader then reads that line, so that both give the same trades and errors.
 */
export class FastCsv {
  /** The line that was read last. */
  line = 0
  readonly #sink: RowSink
  readonly #actions: Uint8Array
  readonly #format: TimeFormat
  readonly #symbols: SymbolTable
  readonly #isNumbered: boolean
  readonly #onlyPair: number
  #pair = OTHER_PAIR

  constructor({ columns, time, ids }: Layout, sink: RowSink) {
    const { pairs } = sink.session
    this.#sink = sink
    this.#isNumbered = sink.isNumbered === true
    this.#format = columns.includes('timestamp_ms') ? 'ms' : time
    this.#actions = Uint8Array.from(columns, column => this.#actionOf(column, columns, ids))
    this.#symbols = new SymbolTable(symbol => pairs.find(symbol))
    this.#onlyPair = columns.includes('pair') || pairs.only === undefined ? OTHER_PAIR : pairs.find(pairs.only)
  }

  /** Of several columns for one thing the slow reader takes the same one. */
  #actionOf(column: Column, columns: readonly Column[], ids: Layout['ids']): number {
    if (column === 'time' && columns.includes('timestamp_ms')) return SKIP
    if (column === 'side' && (columns.includes('maker_side') || columns.includes('buyer_is_maker'))) return SKIP
    if (column === 'maker_side' && columns.includes('buyer_is_maker')) return SKIP
    if (column === 'trade_id' && this.#isNumbered) return ids === 'exchange' ? EMPTY : SKIP
    return ACTIONS[column]
  }

  /**
   * Reads lines until the batch is full, the block ends, or a line is not plain.
   * @param block whole lines
   * @param start where a line begins
   * @param line number of the line before it
   * @returns where the first line begins that was not read
   */
  read(block: Buffer, start: number, line: number): number {
    const { batch } = this.#sink
    let at = start
    this.line = line
    while (at < block.length && !batch.isFull) {
      const end = this.#readLine(block, at, batch)
      if (end < 0) break
      this.line++
      this.#add(batch, block, at)
      at = end
    }
    return at
  }

  #add(batch: TradeBatch, block: Buffer, start: number): void {
    const { session } = this.#sink
    if (this.#pair === OTHER_PAIR) {
      this.#leaveOut(block, start)
      return
    }
    const row = batch.length++
    batch.pairs[row] = this.#pair
    batch.lines[row] = this.line
    batch.textEnd = Math.max(batch.priceEnds[row]!, batch.qtyEnds[row]!)
    const number = session.count(this.#pair)
    if (this.#isNumbered) batch.ids[row] = number
  }

  #leaveOut(block: Buffer, start: number): void {
    const cells = block.toString('utf8', start, block.indexOf(NEWLINE, start)).trim().split(',')
    const symbol = cells[this.#actions.indexOf(PAIR)]!
    this.#sink.leaveOut(this.line, 'other_pair', `${symbol} was not asked for`, symbol)
  }

  /** Fills the row behind the batch's last one. @returns where the next line begins; -1 when this one is not plain */
  #readLine(block: Buffer, start: number, batch: TradeBatch): number {
    const row = batch.length
    const actions = this.#actions
    const count = actions.length
    let textEnd = batch.textEnd
    let at = start
    this.#pair = this.#onlyPair
    batch.sides[row] = NO_SIDE
    for (let column = 0; column < count; column++) {
      const from = at
      const action = actions[column]!
      if (action === PRICE) {
        at = decimal(block, from, batch.text, textEnd, batch.prices, row)
        batch.priceStarts[row] = textEnd
        batch.priceEnds[row] = textEnd += at - from
      } else if (action === QTY) {
        at = decimal(block, from, batch.text, textEnd, batch.qtys, row)
        batch.qtyStarts[row] = textEnd
        batch.qtyEnds[row] = textEnd += at - from
      } else if (action === TIME) at = this.#time(block, from, batch.times, row)
      else if (action === ID) at = integer(block, from, DIGITS_MAX, batch.ids, row)
      else if (action === PAIR) at = this.#symbol(block, from)
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
    this.#pair = this.#symbols.pairOf(block, from, at, hash)
    return at
  }

  /** @returns -1 too for a time that is out of bounds, so that the slow reader reports it. */
  #time(block: Buffer, from: number, times: Float64Array, row: number): number {
    let digits = 0
    while (isDigit(block[from + digits])) digits++
    const unit = this.#unit(digits)
    const at = unit === 's' ? seconds(block, from, times, row) : integer(block, from, DIGITS_MAX, times, row)
    if (at < 0 || unit === undefined) return -1
    if (unit === 'us') times[row] = Math.floor(times[row]! / 1000)
    const ms = times[row]!
    return ms >= MILLIS.min && ms < MILLIS.below ? at : -1
  }

  #unit(digits: number): 's' | 'ms' | 'us' | undefined {
    const format = this.#format
    if (format === 's' || format === 'ms' || format === 'us') return format
    if (format === 'digits') return digits <= 11 ? 's' : digits <= 14 ? 'ms' : digits <= DIGITS_MAX ? 'us' : undefined
    if (format === 'ms or us') return digits <= 14 ? 'ms' : 'us'
    return undefined
  }
}

/** Words are recognised by their first letter and their length; the slow reader looks at everything else. */
function side(block: Buffer, from: number, action: number, sides: Uint8Array, row: number): number {
  const first = block[from]! | SMALL
  const isFlag = action === BUYER_IS_MAKER
  const isBuy = isFlag ? first === SMALL_F : first === SMALL_B
  const isSell = isFlag ? first === SMALL_T : first === SMALL_S
  if (!isBuy && !isSell) return -1
  const word = isFlag ? (isBuy ? FALSE : TRUE) : isBuy ? BUY_WORD : SELL_WORD
  let at = from
  while (at - from < word.length && (block[at]! | SMALL) === word[at - from]) at++
  const isWord = at - from === word.length || (!isFlag && at - from === 1)
  if (!isWord) return -1
  sides[row] = isBuy === (action !== MAKER_SIDE) ? BUY : SELL
  return at
}
