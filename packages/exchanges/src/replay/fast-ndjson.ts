import { OTHER_PAIR } from './pair-filter.ts'
import type { RowSink } from './row-sink.ts'
import { decimal, integer, isDigit } from './scan.ts'
import { SymbolTable } from './symbol-table.ts'
import { MILLIS } from './times.ts'
import { BUY, NO_SIDE, SELL, type TradeBatch } from './trade-batch.ts'

const [NEWLINE, RETURN, SPACE, QUOTE, BACKSLASH, ZERO, SMALL_B, SMALL_N] = [
  0x0a, 0x0d, 0x20, 0x22, 0x5c, 0x30, 0x62, 0x6e,
]
const DIGITS_MAX = 16
const BEFORE_PAIR = Buffer.from('{"pair":"')
const BEFORE_ID = Buffer.from('","trade_id":')
const BUY_SIDE = Buffer.from(',"side":"buy","price":')
const SELL_SIDE = Buffer.from(',"side":"sell","price":')
const NULL_SIDE = Buffer.from(',"side":null,"price":')
/** Where the side's first letter is in those, with and without a quote before it. */
const SIDE_AT = ',"side":'.length
const BEFORE_QTY = Buffer.from(',"qty":')
const BEFORE_TIMESTAMP = Buffer.from(',"timestamp_ms":')
const END = Buffer.from('}')

/**
 * Reads lines as our topic of trades has them, byte for byte in the encoding that the ingestor writes, into the columns of
 * a batch. It stops before any other line, which the slow reader then reads; `FastCsv` has more on how that works.
 */
export class FastNdjson {
  /** The line that was read last. */
  line = 0
  readonly #sink: RowSink
  readonly #symbols: SymbolTable
  #pair = OTHER_PAIR
  #symbolEnd = 0

  /** @param sink of a file whose trades have ids */
  constructor(sink: RowSink) {
    this.#sink = sink
    this.#symbols = new SymbolTable(symbol => sink.session.pairs.find(symbol))
  }

  /**
   * Reads lines until the batch is full, the block ends, or a line is in another encoding.
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
      const symbol = block.toString('utf8', start + BEFORE_PAIR.length, this.#symbolEnd)
      this.#sink.leaveOut(this.line, 'other_pair', `${symbol} was not asked for`, symbol)
      return
    }
    const row = batch.length++
    batch.pairs[row] = this.#pair
    batch.lines[row] = this.line
    batch.textEnd = batch.qtyEnds[row]!
    session.count(this.#pair)
  }

  /** Fills the row behind the batch's last one. @returns where the next line begins, -1 for another encoding */
  #readLine(block: Buffer, start: number, batch: TradeBatch): number {
    const row = batch.length
    let at = this.#symbol(block, expect(block, start, BEFORE_PAIR))
    at = whole(block, expect(block, at, BEFORE_ID), batch.ids, row)
    if (at < 0) return -1
    const letter = block[at + SIDE_AT]
    const isBuy = letter === QUOTE && block[at + SIDE_AT + 1] === SMALL_B
    batch.sides[row] = isBuy ? BUY : letter === SMALL_N ? NO_SIDE : SELL
    at = expect(block, at, isBuy ? BUY_SIDE : letter === SMALL_N ? NULL_SIDE : SELL_SIDE)
    if (at < 0) return -1
    const priceFrom = at
    at = decimal(block, at, batch.text, batch.textEnd, batch.prices, row)
    batch.priceStarts[row] = batch.textEnd
    batch.priceEnds[row] = batch.textEnd + at - priceFrom
    at = expect(block, at, BEFORE_QTY)
    if (at < 0) return -1
    const qtyFrom = at
    at = decimal(block, at, batch.text, batch.priceEnds[row]!, batch.qtys, row)
    batch.qtyStarts[row] = batch.priceEnds[row]!
    batch.qtyEnds[row] = batch.qtyStarts[row]! + at - qtyFrom
    at = whole(block, expect(block, at, BEFORE_TIMESTAMP), batch.times, row)
    at = expect(block, at, END)
    const ms = batch.times[row]!
    if (at < 0 || ms < MILLIS.min || ms >= MILLIS.below) return -1
    if (block[at] === RETURN) at++
    return block[at] === NEWLINE ? at + 1 : -1
  }

  #symbol(block: Buffer, from: number): number {
    if (from < 0) return -1
    let at = from
    let hash = 0
    for (let byte = block[at]!; byte > SPACE && byte !== QUOTE; byte = block[++at]!) {
      if (byte === BACKSLASH) return -1
      hash = (Math.imul(hash, 31) + byte) | 0
    }
    if (at === from || block[at] !== QUOTE) return -1
    this.#pair = this.#symbols.pairOf(block, from, at, hash)
    this.#symbolEnd = at
    return at
  }
}

/** @returns where the text ends that must stand there; -1 when it does not, or after an earlier -1. */
function expect(block: Buffer, from: number, text: Buffer): number {
  if (from < 0) return -1
  for (let i = 0; i < text.length; i++) if (block[from + i] !== text[i]) return -1
  return from + text.length
}

/** A whole number as JSON writes it, without zeros in front. */
function whole(block: Buffer, from: number, values: Float64Array, row: number): number {
  if (from < 0 || (block[from] === ZERO && isDigit(block[from + 1]))) return -1
  return integer(block, from, DIGITS_MAX, values, row)
}
