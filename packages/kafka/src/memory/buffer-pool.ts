/** Smaller buffers are not worth keeping. */
const LEAST_BYTES = 4 << 10
/** What is kept for later use, in all. */
const MOST_FREE_BYTES = 32 << 20
/** Nothing hurries the collection of memory that V8 does not count. */
const MOST_UNCOUNTED_BYTES = 32 << 20

/**
 * Buffers, used again by those who say that they are done. One that nobody gives back is left to the garbage collector;
 * without this, reading at full speed filled its room for memory outside of the heap with responses, and it collected the
 * whole heap fifteen times a second.
 */
export class BufferPool {
  /** By size, a power of two: one that fits is seldom of just the size that is wanted next. */
  readonly #free = new Map<number, Buffer[]>()
  #freeBytes = 0
  /** Those that are out and may come back once. */
  readonly #lent = new WeakSet<ArrayBufferLike>()
  readonly #allocate: (bytes: number) => Buffer

  constructor(allocate: (bytes: number) => Buffer) {
    this.#allocate = allocate
  }

  take(bytes: number): Buffer {
    if (bytes < LEAST_BYTES) return Buffer.allocUnsafe(bytes)
    const size = 2 ** Math.ceil(Math.log2(bytes))
    const found = this.#free.get(size)?.pop()
    if (found) this.#freeBytes -= size
    const buffer = found ?? this.#allocate(size)
    this.#lent.add(buffer.buffer)
    return buffer.subarray(0, bytes)
  }

  /** Gives the memory of a buffer that was taken, or of a part of one, back. */
  give({ buffer }: Buffer): void {
    const size = buffer.byteLength
    if (!this.#lent.delete(buffer) || this.#freeBytes + size > MOST_FREE_BYTES) return
    const free = this.#free.get(size) ?? []
    this.#free.set(size, free)
    free.push(Buffer.from(buffer))
    this.#freeBytes += size
  }
}

/**
 * @param most bytes in all until some are collected, beyond which memory counts
 * @returns an allocator of shared memory, which V8 does not count: of what it counts it marks the whole heap for each 8 MB
 * more. To its code, what is in shared memory is slower to read.
 */
export function uncounted(most = MOST_UNCOUNTED_BYTES): (bytes: number) => Buffer {
  let left = most
  const collected = new FinalizationRegistry<number>(bytes => {
    left += bytes
  })
  return bytes => {
    if (bytes > left) return Buffer.allocUnsafeSlow(bytes)
    left -= bytes
    const memory = new SharedArrayBuffer(bytes)
    collected.register(memory, bytes)
    return Buffer.from(memory)
  }
}

/** Of all connections. */
export const received = new BufferPool(Buffer.allocUnsafeSlow)
/** Of all transactions: with thousands of keys, what waits for one is several times 8 MB. */
export const written = new BufferPool(uncounted())
