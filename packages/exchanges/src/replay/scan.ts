/**
 * Reads values of a plain line straight from its bytes. Each function returns where the value ends, or -1 if only the slow
 * reader can read the value. It writes the double into an array, because V8 boxes returned doubles but not small integers.
 * No bound has to be checked, because each line ends with a newline, which is part of no value.
 */

const [COMMA, POINT, ZERO] = [0x2c, 0x2e, 0x30]
/** A quotient of two exact doubles is rounded only once, so it is the double nearest to the text (Clinger 1990). */
const POWERS = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))
/** A number with this many digits is a small integer, with which V8 calculates in a third of the time that a double takes. */
const SMALL_DIGITS = 9
const DIGITS_MAX = 2 * SMALL_DIGITS

/** @returns whether a byte less {@link ZERO} is a digit; bytes below the digits are large numbers when read as unsigned. */
const isDigit = (digit: number): boolean => digit >>> 0 <= 9

/** A positive decimal number as JSON writes it, without an exponent. */
export function decimal(block: Buffer, from: number, values: Float64Array, row: number): number {
  let at = integer(block, from, DIGITS_MAX, values, row)
  if (at < 0 || (block[from] === ZERO && at > from + 1)) return -1
  let value = values[row]!
  if (block[at] === POINT) {
    const point = ++at
    at = integer(block, point, DIGITS_MAX, values, row)
    if (at < 0) return -1
    const scale = POWERS[at - point]!
    // The value is exact if it is a safe integer.
    value = value * scale + values[row]!
    if (value > Number.MAX_SAFE_INTEGER) return -1
    values[row] = value / scale
  }
  return value > 0 ? at : -1
}

/** A whole number of at most `digitsMax` digits, 18 or fewer, that is a safe integer. */
export function integer(block: Buffer, from: number, digitsMax: number, values: Float64Array, row: number): number {
  let at = from
  let value = 0
  let digit = block[at]! - ZERO
  const end = from + SMALL_DIGITS
  while (isDigit(digit) && at < end) {
    value = (value * 10 + digit) | 0
    digit = block[++at]! - ZERO
  }
  if (at === from) return -1
  values[row] = value
  return isDigit(digit) ? furtherDigits(block, at, from + digitsMax, values, row) : at
}

/** Reads the digits of a whole number after its first nine, up to `end`. */
function furtherDigits(block: Buffer, from: number, end: number, values: Float64Array, row: number): number {
  let at = from
  let value = 0
  let digit = block[at]! - ZERO
  while (isDigit(digit) && at < end) {
    value = (value * 10 + digit) | 0
    digit = block[++at]! - ZERO
  }
  const whole = values[row]! * POWERS[at - from]! + value
  if (isDigit(digit) || whole > Number.MAX_SAFE_INTEGER) return -1
  values[row] = whole
  return at
}

/** Converts seconds, which were read already, to milliseconds, and adds the milliseconds of a fraction if one follows. */
export function seconds(block: Buffer, from: number, values: Float64Array, row: number): number {
  let at = from
  let millis = values[row]! * 1000
  if (block[at] === POINT) {
    at++
    for (let unit = 100; isDigit(block[at]! - ZERO); at++) {
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
