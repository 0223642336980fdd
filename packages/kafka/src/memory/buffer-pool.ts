/** Smaller buffers are not worth keeping. */
const LEAST_BYTES = 4 << 10
/** Total size of the memory that is kept for reuse. */
const MOST_FREE_BYTES = 32 << 20
/** Shared memory needs a bound, because V8 does not count it and therefore collects it late. */
const MOST_UNCOUNTED_BYTES = 32 << 20

/**
 * Buffers that are reused once their user gives them back. The garbage collector frees a buffer that is not given back.
 * Without the pool, reading at full speed allocated so much memory outside V8's heap that V8 collected its whole heap
 * fifteen times a second.
 */
export class BufferPool {
  /** Free buffers by size. Sizes are powers of two, because two requests seldom need exactly the same size. */
  readonly #free = new Map<number, Buffer[]>()
  #freeBytes = 0
  /** Memory that was taken and not given back yet. */
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

  /** Gives a buffer's memory back. The buffer may be a view of a part of the memory. Does nothing for memory of other origin. */
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
 * V8 marks its whole heap for every 8 MB by which the array buffers that it counts have grown. It does not count
 * shared memory, which is a little slower to read from JavaScript.
 * @param most bytes of shared memory at any time; beyond this bound the allocator returns ordinary memory
 * @returns an allocator of shared memory
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

/** Responses of all connections. */
export const received = new BufferPool(Buffer.allocUnsafeSlow)
/** Record batches and requests of all producers: with thousands of keys, a transaction's batches are several times 8 MB. */
export const written = new BufferPool(uncounted())
