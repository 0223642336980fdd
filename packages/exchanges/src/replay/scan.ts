import { DECIMAL_BYTES_MAX } from './trade-batch.ts'

/**
 * Reads values of a plain line straight from its bytes. Each function returns where the value ends, or -1 when it is
 * written in a way that the slow reader has to look at: small integers are never boxed, so that the double goes into an
 * array. There is no bound to check, as a line ends with a newline, which is part of no value.
 */

const [COMMA, POINT, ZERO, NINE] = [0x2c, 0x2e, 0x30, 0x39]
/** A quotient of two exact doubles is rounded once, and so is the nearest one to the text (Clinger 1990). */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))
const SCALE_MAX = 22

export const isDigit = (byte: number | undefined): boolean => byte! >= ZERO && byte! <= NINE

/**
 * A positive decimal number as JSON writes it, without an exponent.
 * @param text receives its bytes from `to` on
 */
export function decimal(
  block: Buffer,
  from: number,
  text: Buffer,
  to: number,
  values: Float64Array,
  row: number,
): number {
  let at = from
  let value = 0
  let scale = 0
  const shift = to - from
  if (block[at] === ZERO) text[at++ + shift] = ZERO
  else
    for (let byte = block[at]!; byte >= ZERO && byte <= NINE; byte = block[at]!) {
      value = value * 10 + byte - ZERO
      text[at++ + shift] = byte
    }
  if (at === from) return -1
  if (block[at] === POINT) {
    text[at++ + shift] = POINT
    const point = at
    for (let byte = block[at]!; byte >= ZERO && byte <= NINE; byte = block[at]!) {
      value = value * 10 + byte - ZERO
      if (at - from >= DECIMAL_BYTES_MAX) return -1
      text[at++ + shift] = byte
    }
    scale = at - point
    if (scale === 0 || scale > SCALE_MAX) return -1
  }
  if (at - from > DECIMAL_BYTES_MAX || value === 0 || value > Number.MAX_SAFE_INTEGER) return -1
  values[row] = scale === 0 ? value : value / POWERS[scale]!
  return at
}

/** A whole number of at most `digitsMax` digits; the double is exact up to 15. */
export function integer(block: Buffer, from: number, digitsMax: number, values: Float64Array, row: number): number {
  let at = from
  let value = 0
  for (let byte = block[at]!; byte >= ZERO && byte <= NINE; byte = block[++at]!) value = value * 10 + byte - ZERO
  if (at === from || at - from > digitsMax || value > Number.MAX_SAFE_INTEGER) return -1
  values[row] = value
  return at
}

/** Seconds with or without a fraction, of which the milliseconds count. */
export function seconds(block: Buffer, from: number, values: Float64Array, row: number): number {
  let at = integer(block, from, 11, values, row)
  if (at < 0) return -1
  let millis = values[row]! * 1000
  if (block[at] === POINT) {
    at++
    for (let unit = 100; isDigit(block[at]); at++) {
      millis += (block[at]! - ZERO) * unit
      unit = Math.trunc(unit / 10)
    }
  }
  values[row] = millis
  return at
}

/** Any bytes up to the next comma, newline or quote. */
export function skip(block: Buffer, from: number, newline: number, quote: number): number {
  let at = from
  for (let byte = block[at]; byte !== COMMA && byte !== newline; byte = block[++at]) if (byte === quote) return -1
  return at
}
