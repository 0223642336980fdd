import { FastLines } from './fast-lines.ts'
import { decimal, integer } from './scan.ts'
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

/** Reads lines that are byte for byte as the ingestor writes records of the topic `trades`, which have ids. */
export class FastNdjson extends FastLines {
  #symbolEnd = 0

  protected symbolOf(block: Buffer, start: number): string {
    return block.toString('utf8', start + BEFORE_PAIR.length, this.#symbolEnd).trim()
  }

  protected readLine(block: Buffer, start: number, batch: TradeBatch, shift: number): number {
    const row = batch.length
    let at = this.#symbol(block, expect(block, start, BEFORE_PAIR))
    at = whole(block, expect(block, at, BEFORE_ID), batch.ids, row)
    if (at < 0) return -1
    const letter = block[at + SIDE_AT]
    const isBuy = letter === QUOTE && block[at + SIDE_AT + 1] === SMALL_B
    batch.sides[row] = isBuy ? BUY : letter === SMALL_N ? NO_SIDE : SELL
    at = expect(block, at, isBuy ? BUY_SIDE : letter === SMALL_N ? NULL_SIDE : SELL_SIDE)
    if (at < 0) return -1
    batch.priceStarts[row] = at + shift
    at = decimal(block, at, batch.prices, row)
    batch.priceEnds[row] = at + shift
    at = expect(block, at, BEFORE_QTY)
    if (at < 0) return -1
    batch.qtyStarts[row] = at + shift
    at = decimal(block, at, batch.qtys, row)
    batch.qtyEnds[row] = at + shift
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
    this.#symbolEnd = at
    return this.findPair(block, from, at, hash)
  }
}

/** @returns where the expected text ends; -1 if the bytes differ from it, or after an earlier -1. */
function expect(block: Buffer, from: number, text: Buffer): number {
  if (from < 0) return -1
  for (let i = 0; i < text.length; i++) if (block[from + i] !== text[i]) return -1
  return from + text.length
}

/** A whole number as JSON writes it, without zeros in front. */
function whole(block: Buffer, from: number, values: Float64Array, row: number): number {
  if (from < 0) return -1
  const at = integer(block, from, DIGITS_MAX, values, row)
  return block[from] === ZERO && at > from + 1 ? -1 : at
}
