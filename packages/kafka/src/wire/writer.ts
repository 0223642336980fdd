import { written } from '../memory/buffer-pool.ts'

const FIRST_BYTES = 512

/**
 * Writes big-endian fields and zigzag varints one after the other into a buffer that grows.
 * Types: https://kafka.apache.org/protocol.html#protocol_types
 */
export class Writer {
  #b = written.take(FIRST_BYTES)
  at = 0

  /** @returns what was written from the offset on: a view, not a copy. */
  written(from = 0): Buffer {
    return this.#b.subarray(from, this.at)
  }

  /** Leaves room for fields that are known later. */
  skip(bytes: number): void {
    this.#ensure(bytes)
    this.at += bytes
  }

  /** Gives the memory back. The views that {@link written} returned must not be used afterwards. */
  release(): void {
    written.give(this.#b)
  }

  int8(n: number): void {
    this.#ensure(1)
    this.#b[this.at++] = n
  }

  int16(n: number): void {
    this.#ensure(2)
    this.at = this.#b.writeInt16BE(n, this.at)
  }

  int32(n: number): void {
    this.#ensure(4)
    this.at = this.#b.writeInt32BE(n, this.at)
  }

  /** Sets an int32 that was skipped or written before, such as a size or a checksum. */
  int32At(at: number, n: number): void {
    this.#b.writeInt32BE(n, at)
  }

  int64(n: bigint): void {
    this.#ensure(8)
    this.at = this.#b.writeBigInt64BE(n, this.at)
  }

  varint(n: number): void {
    this.#ensure(5)
    const b = this.#b
    let rest = ((n << 1) ^ (n >> 31)) >>> 0
    while (rest > 0x7f) {
      b[this.at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    b[this.at++] = rest
  }

  /** Writes text behind its length, an int16; null is a length of -1. */
  string(text: string | null): void {
    const length = text === null ? -1 : Buffer.byteLength(text)
    this.int16(length)
    if (text !== null) this.#text(text, length)
  }

  /** Writes bytes or text behind their length, a varint; null is a length of -1. @param length from {@link byteLength} */
  varbytes(value: string | Buffer | null, length: number): void {
    this.varint(length)
    if (typeof value === 'string') this.#text(value, length)
    else if (value !== null) {
      this.#ensure(length)
      this.at += value.copy(this.#b, this.at)
    }
  }

  /** Writes an array's length, an int32, and then each element. */
  array<T>(elements: readonly T[], write: (element: T) => void): void {
    this.int32(elements.length)
    for (const element of elements) write(element)
  }

  #text(text: string, length: number): void {
    this.#ensure(length)
    this.at += this.#b.write(text, this.at, length, 'utf8')
  }

  #ensure(bytes: number): void {
    if (this.at + bytes <= this.#b.length) return
    const grown = written.take(Math.max(2 * this.#b.length, this.at + bytes))
    this.#b.copy(grown, 0, 0, this.at)
    written.give(this.#b)
    this.#b = grown
  }
}

/** @returns how many bytes the value takes, -1 for null. */
export const byteLength = (value: string | Buffer | null): number => (value === null ? -1 : Buffer.byteLength(value))
