const WORD_BYTES = 4
const DOUBLE_BYTES = 8

/**
 * Text that is compared with bytes eight at a time, as doubles: the first eight, eight in the middle, and the last eight, which
 * overlap in a short text. The double of eight ASCII characters is neither zero nor NaN, so only the same bytes equal it.
 */
export interface Expected {
  readonly length: number
  readonly middleAt: number
  readonly lastAt: number
  readonly first: number
  readonly middle: number
  readonly last: number
}

/** @param text ASCII, 8 to 24 characters */
export function expected(text: string): Expected {
  const bytes = Buffer.from(text, 'ascii')
  const { length } = bytes
  const lastAt = length - DOUBLE_BYTES
  const middleAt = Math.min(DOUBLE_BYTES, lastAt)
  const [first, middle, last] = [0, middleAt, lastAt].map(at => bytes.readDoubleLE(at)) as [number, number, number]
  return { length, middleAt, lastAt, first, middle, last }
}

/** Text that is compared as two words of 32 bits, which overlap in a short text. */
export interface ExpectedShort {
  readonly length: number
  readonly first: number
  readonly last: number
}

/** @param text ASCII, 4 to 8 characters */
export function expectedShort(text: string): ExpectedShort {
  const bytes = Buffer.from(text, 'ascii')
  const { length } = bytes
  return { length, first: bytes.readInt32LE(0), last: bytes.readInt32LE(length - WORD_BYTES) }
}

const [ZERO, NINE, DOT] = [0x30, 0x39, 0x2e]
/** Any number with this many digits is a safe integer. */
const DIGITS_MAX = 15
/** Powers of ten that are exact as doubles. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, k) => Number(`1e${k}`))

/** Constants with the same byte four times. */
const [ONES, HIGH_BITS, QUOTES, BACKSLASHES] = [0x01010101, 0x80808080 | 0, 0x22222222, 0x5c5c5c5c]
/** Each byte from 0x20 to 0x7f has at least one of the bits 0x40 and 0x20. */
const PRINTABLE = 0x40404040

/** @returns whether some byte of the word is 0 ("Bit Twiddling Hacks", S. E. Anderson: "Determine if a word has a zero byte"). */
const hasZero = (word: number): boolean => ((word - ONES) & ~word & HIGH_BITS) !== 0

/** @returns whether all bytes are ASCII other than control characters (DEL is accepted), quotes and backslashes. */
const isPlain = (word: number): boolean =>
  (word & HIGH_BITS) === 0 &&
  ((word | (word << 1)) & PRINTABLE) === PRINTABLE &&
  !hasZero(word ^ QUOTES) &&
  !hasZero(word ^ BACKSLASHES)

/**
 * Reads JSON of a known form from its bytes, piece by piece. Numbers go into arrays of doubles: V8 boxes a double that a
 * function takes or returns (16 bytes), unless it is a small integer or the function is inlined.
 */
export class JsonBytes {
  #bytes: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))
  /** The first eight bytes of the last number, as a double; NaN, which equals nothing, before the first. */
  #head = Number.NaN
  /** The value of these bytes as digits. */
  #headDigits = 0
  at = 0
  /** Whether everything since the last {@link turnTo} had the expected form. */
  ok = true

  turnTo(bytes: Buffer, at: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    this.at = at
    this.ok = true
  }

  /** Expects the bytes of [from, to), at least four, whose characters must stand for themselves in JSON and in UTF-8. */
  expectPlain(from: number, to: number): void {
    const view = this.#view
    const last = to - from - WORD_BYTES
    const at = this.at
    this.at = at + to - from
    if (last < 0 || this.at > this.#bytes.length) {
      this.ok = false
      return
    }
    for (let i = 0; i < last + WORD_BYTES; i += WORD_BYTES) {
      // biome-ignore lint/complexity/useMathMinMax: V8 turns the arguments of Math.min into doubles
      const j = i < last ? i : last
      const word = view.getInt32(from + j)
      if (word !== view.getInt32(at + j) || !isPlain(word)) this.ok = false
    }
  }

  expect(text: Expected): void {
    const view = this.#view
    const at = this.at
    this.at = at + text.length
    if (
      this.at > this.#bytes.length ||
      view.getFloat64(at, true) !== text.first ||
      view.getFloat64(at + text.middleAt, true) !== text.middle ||
      view.getFloat64(at + text.lastAt, true) !== text.last
    )
      this.ok = false
  }

  expectShort(text: ExpectedShort): void {
    const view = this.#view
    const at = this.at
    this.at = at + text.length
    if (
      this.at > this.#bytes.length ||
      view.getInt32(at, true) !== text.first ||
      view.getInt32(this.at - WORD_BYTES, true) !== text.last
    )
      this.ok = false
  }

  /** Reads a JSON integer without sign, of at most {@link DIGITS_MAX} digits. */
  integer(into: Float64Array, index: number): void {
    const start = this.at
    into[index] = this.#digits(0)
    const digits = this.at - start
    if (digits === 0 || digits > DIGITS_MAX || (digits > 1 && this.#bytes[start] === ZERO)) this.ok = false
  }

  /** Reads an integer whose first eight digits usually equal those of the previous integer, as in times. */
  alikeInteger(into: Float64Array, index: number): void {
    const start = this.at
    const head = start + DOUBLE_BYTES <= this.#bytes.length ? this.#view.getFloat64(start, true) : Number.NaN
    if (head === this.#head) {
      this.at = start + DOUBLE_BYTES
      into[index] = this.#digits(this.#headDigits)
      if (this.at - start > DIGITS_MAX) this.ok = false
    } else {
      this.integer(into, index)
      const digitsBehind = this.at - start - DOUBLE_BYTES
      if (this.ok && digitsBehind >= 0) this.#keep(head, Math.floor(into[index]! / POWERS_OF_TEN[digitsBehind]!))
    }
  }

  #keep(head: number, digits: number): void {
    this.#head = head
    this.#headDigits = digits
  }

  /**
   * Reads a JSON number without sign and exponent. A safe integer divided by a power of ten that is a double is the nearest
   * double to the decimal (Clinger, How to Read Floating Point Numbers Accurately, 1990); a number with more digits is read
   * as text.
   */
  decimal(into: Float64Array, index: number): void {
    const bytes = this.#bytes
    const start = this.at
    let value = this.#digits(0)
    const whole = this.at - start
    let decimals = 0
    if (bytes[this.at] === DOT) {
      this.at++
      value = this.#digits(value)
      decimals = this.at - start - whole - 1
      if (decimals === 0) this.ok = false
    }
    if (whole === 0 || (whole > 1 && bytes[start] === ZERO)) this.ok = false
    if (value <= Number.MAX_SAFE_INTEGER && decimals < POWERS_OF_TEN.length)
      into[index] = value / POWERS_OF_TEN[decimals]!
    else into[index] = this.ok ? Number(bytes.toString('latin1', start, this.at)) : 0
  }

  /** @returns the value with the following digits appended */
  #digits(value: number): number {
    const bytes = this.#bytes
    let at = this.at
    for (let byte = bytes[at]!; byte >= ZERO && byte <= NINE; byte = bytes[++at]!) value = value * 10 + (byte - ZERO)
    this.at = at
    return value
  }
}
