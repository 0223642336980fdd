/** Smaller buffers are not worth keeping. */
const LEAST_BYTES = 64 << 10
/** What is kept for later use, in all. */
const MOST_FREE_BYTES = 32 << 20

/**
 * Large buffers, used again by those who say that they are done. One that nobody gives back is left to the garbage
 * collector; without this, reading at full speed filled its room for memory outside of the heap with responses, and it
 * collected the whole heap fifteen times a second.
 */
export class BufferPool {
  readonly #free: Buffer[] = []
  #freeBytes = 0
  /** Those that are out and may come back once. */
  readonly #lent = new WeakSet<ArrayBufferLike>()

  take(bytes: number): Buffer {
    if (bytes < LEAST_BYTES) return Buffer.allocUnsafe(bytes)
    const i = this.#free.findIndex(free => free.length >= bytes)
    const [found] = i < 0 ? [] : this.#free.splice(i, 1)
    if (found) this.#freeBytes -= found.length
    // A power of two fits what comes next, which is seldom of just the same size.
    const buffer = found ?? Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(bytes)))
    this.#lent.add(buffer.buffer)
    return buffer.subarray(0, bytes)
  }

  /** Gives the memory of a buffer that was taken, or of a part of one, back. */
  give({ buffer }: Buffer): void {
    if (!this.#lent.delete(buffer) || this.#freeBytes + buffer.byteLength > MOST_FREE_BYTES) return
    this.#free.push(Buffer.from(buffer))
    this.#freeBytes += buffer.byteLength
  }
}

/** Of all connections. */
export const received = new BufferPool()
/** Of all transactions. */
export const written = new BufferPool()
