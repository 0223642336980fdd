/** Bits that four bytes of a varint carry. */
const SMALL_BITS = 28

/**
 * Reads the fields of a record one after the other: zigzag varints, and text behind its length.
 * Format: Kafka protocol guide, "Record"; https://protobuf.dev/programming-guides/encoding/#varints
 */
export class RecordCursor {
  bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes
    this.at = at
  }

  /** Reads a zigzag varint of at most 32 bits. */
  varint(): number {
    const { bytes } = this
    let byte = bytes[this.at++]!
    let value = byte & 0x7f
    for (let shift = 7; byte & 0x80; shift += 7) {
      byte = bytes[this.at++]!
      value |= (byte & 0x7f) << shift
    }
    return (value >>> 1) ^ -(value & 1)
  }

  /** Reads a zigzag varint of at most 53 bits: a timestamp delta. V8 allocates nothing for those below 2^27. */
  varlong(): number {
    const { bytes } = this
    let byte = bytes[this.at++]!
    let value = byte & 0x7f
    for (let shift = 7; byte & 0x80; shift += 7) {
      if (shift === SMALL_BITS) return this.#long(value)
      byte = bytes[this.at++]!
      value |= (byte & 0x7f) << shift
    }
    return (value >>> 1) ^ -(value & 1)
  }

  /** @param low the bits that were read already */
  #long(low: number): number {
    let value = low
    let byte = 0x80
    for (let factor = 2 ** SMALL_BITS; byte & 0x80; factor *= 128) {
      byte = this.bytes[this.at++]!
      value += (byte & 0x7f) * factor
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Reads text behind its length; null for a negative length. */
  text(): string | null {
    const length = this.varint()
    if (length < 0) return null
    const text = this.bytes.toString('utf8', this.at, this.at + length)
    this.at += length
    return text
  }

  headers(): Record<string, string> {
    const headers: Record<string, string> = {}
    for (let rest = this.varint(); rest > 0; rest--) headers[this.text() ?? ''] = this.text() ?? ''
    return headers
  }
}

/** @returns how many bytes a zigzag varint of 32 bits takes. */
export function varintSize(n: number): number {
  const zigzag = ((n << 1) ^ (n >> 31)) >>> 0
  return zigzag < 1 << 7 ? 1 : zigzag < 1 << 14 ? 2 : zigzag < 1 << 21 ? 3 : zigzag < 1 << 28 ? 4 : 5
}
