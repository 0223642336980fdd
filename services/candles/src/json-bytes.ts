const WORD_BYTES = 4
const DOUBLE_BYTES = 8

/**
 * Text to be compared with bytes eight at a time, as doubles: the first, those in the middle and the last, which overlap
 * where it is shorter. The double of eight ASCII characters is neither zero nor NaN: only the same bytes equal it.
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

/** Text to be compared by two words of 32 bits, which overlap where it is shorter. */
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
/** So many digits are a safe integer whatever they are. */
const MOST_DIGITS = 15
/** These powers of ten are doubles exactly. */
const POWERS_OF_TEN = Array.from({ length: 23 }, (_, k) => Number(`1e${k}`))

/** In each byte of a word. */
const [ONES, HIGH_BITS, QUOTES, BACKSLASHES] = [0x01010101, 0x80808080 | 0, 0x22222222, 0x5c5c5c5c]
/** The bits of which each byte from 0x20 to 0x7f has one at least, a place apart. */
const PRINTABLE = 0x40404040

/** Whether some byte of the word is 0 ("Bit Twiddling Hacks", S. E. Anderson: "Determine if a word has a zero byte"). */
const hasZero = (word: number): boolean => ((word - ONES) & ~word & HIGH_BITS) !== 0

/** Whether all its bytes are ASCII and neither control characters (but for DEL), quotes nor backslashes. */
const isPlain = (word: number): boolean =>
  (word & HIGH_BITS) === 0 &&
  ((word | (word << 1)) & PRINTABLE) === PRINTABLE &&
  !hasZero(word ^ QUOTES) &&
  !hasZero(word ^ BACKSLASHES)

/**
 * Reads JSON whose form is known from its bytes, piece by piece; numbers into arrays of doubles. Those that functions
 * return or are given, V8 makes objects of 16 bytes, unless they are small integers or it has inlined the function.
 */
export class JsonBytes {
  #bytes: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))
  /** The first eight bytes of a number, as a double; NaN, which equals nothing, for none. */
  #head = Number.NaN
  /** Those bytes as digits. */
  #headDigits = 0
  at = 0
  /** Whether everything since the last turn was as it should be. */
  ok = true

  turnTo(bytes: Buffer, at: number): void {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    this.at = at
    this.ok = true
  }

  /** What is in [from, to), at least a word, if its characters stand for themselves in JSON and in UTF-8. */
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
      // biome-ignore lint/complexity/useMathMinMax: V8 makes doubles of what that is given
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

  /** A JSON integer of at most {@link MOST_DIGITS} digits without sign. */
  integer(into: Float64Array, index: number): void {
    const start = this.at
    into[index] = this.#digits(0)
    const digits = this.at - start
    if (digits === 0 || digits > MOST_DIGITS || (digits > 1 && this.#bytes[start] === ZERO)) this.ok = false
  }

  /** One of those that are alike, as times are: the first eight digits are mostly those of the one before. */
  alikeInteger(into: Float64Array, index: number): void {
    const start = this.at
    const head = start + DOUBLE_BYTES <= this.#bytes.length ? this.#view.getFloat64(start, true) : Number.NaN
    if (head === this.#head) {
      this.at = start + DOUBLE_BYTES
      into[index] = this.#digits(this.#headDigits)
      if (this.at - start > MOST_DIGITS) this.ok = false
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
   * A JSON number without sign and exponent. A safe integer divided by a power of ten that is a double is the nearest
   * double to the decimal (Clinger, How to Read Floating Point Numbers Accurately, 1990); with more digits it is read
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

  /** @returns the value with the digits that follow appended */
  #digits(value: number): number {
    const bytes = this.#bytes
    let at = this.at
    for (let byte = bytes[at]!; byte >= ZERO && byte <= NINE; byte = bytes[++at]!) value = value * 10 + (byte - ZERO)
    this.at = at
    return value
  }
}
