import { received } from '../memory/buffer-pool.ts'

/** Kafka's messages are behind their length, an int32. */
const LENGTH_BYTES = 4
/** Brokers send no answer that is larger: a fetch asks for 4 MiB, which one batch alone may be over. */
const LONGEST_BYTES = 256 << 20

/**
 * Puts a connection's answers together from what is received, each in a buffer of its own of just its size. kafkajs
 * makes a buffer of each 64 KiB received instead and copies all of them to one at the end.
 */
export class Frames {
  readonly #take: (frame: Buffer) => void
  readonly #length = Buffer.alloc(LENGTH_BYTES)
  /** The answer being received, behind its length; null before all of the length is there. */
  #frame: Buffer | null = null
  #filled = 0

  /** @param take gets each answer, behind its length */
  constructor(take: (frame: Buffer) => void) {
    this.#take = take
  }

  /** @param bytes may be used again by the caller. @throws RangeError for what cannot be a length */
  push(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const into = this.#frame ?? this.#length
      const copied = bytes.copy(into, this.#filled, at)
      at += copied
      this.#filled += copied
      if (this.#filled < into.length) return
      if (this.#frame === null) this.#frame = this.#begin()
      if (this.#filled === this.#frame.length) this.#end(this.#frame)
    }
  }

  #begin(): Buffer {
    const bytes = this.#length.readInt32BE(0)
    if (bytes < 0 || bytes > LONGEST_BYTES) throw new RangeError(`An answer of ${bytes} bytes is none of Kafka's`)
    const frame = received.take(LENGTH_BYTES + bytes)
    this.#length.copy(frame)
    return frame
  }

  #end(frame: Buffer): void {
    this.#frame = null
    this.#filled = 0
    this.#take(frame)
  }
}
