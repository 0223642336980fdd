import type { Headers } from '../log.ts'

/** Four bytes of seven. */
const SMALL_BITS = 28

/** Reads bytes one field after the other, as records have them (Kafka protocol guide, "Record"). */
export class Cursor {
  bytes: Buffer
  at: number

  constructor(bytes: Buffer, at: number) {
    this.bytes = bytes
    this.at = at
  }

  /** A zigzag varint of at most 32 bits. */
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

  /** A zigzag varint of at most 53 bits: timestamp deltas. Small ones are returned without making an object of them. */
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

  /** Text behind its length, null for a negative one. */
  text(): string | null {
    const length = this.varint()
    if (length < 0) return null
    const text = this.bytes.toString('utf8', this.at, this.at + length)
    this.at += length
    return text
  }

  headers(): Headers {
    const headers: Record<string, string> = {}
    for (let rest = this.varint(); rest > 0; rest--) headers[this.text() ?? ''] = this.text() ?? ''
    return headers
  }
}
