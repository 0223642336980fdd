/** @returns an int64 as a number: exact up to 2^53, which offsets, producer ids and timestamps stay below. */
export const int64 = (b: Buffer, at: number): number => b.readInt32BE(at) * 2 ** 32 + b.readUInt32BE(at + 4)

/**
 * Reads the big-endian fields of a response one after the other. Arrays and bytes of a negative length, which stand
 * for null, are read as empty.
 * Types: https://kafka.apache.org/protocol.html#protocol_types
 */
export class Reader {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** @returns the position before the skipped bytes. */
  skip(bytes: number): number {
    const at = this.#at
    this.#at += bytes
    return at
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.skip(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.skip(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.skip(4))
  }

  int64(): number {
    return int64(this.#bytes, this.skip(8))
  }

  string(): string {
    return this.view(this.int16()).toString()
  }

  /** @returns a view, not a copy. */
  bytes(): Buffer {
    return this.view(this.int32())
  }

  array<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read)
  }

  /** @returns the next bytes: a view, not a copy. */
  view(length: number): Buffer {
    const at = this.skip(Math.max(0, length))
    return this.#bytes.subarray(at, this.#at)
  }
}
