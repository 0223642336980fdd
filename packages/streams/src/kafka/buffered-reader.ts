import type { Chunk, PartitionReader } from '../log.ts'
import type { FetchRequest } from './cluster.ts'
import type { FetchedPartition } from './fetch-response.ts'
import { decodeBatches } from './record-batch.ts'

/** A reader is fetched for while it holds less than this; it then holds at most this and one fetch. */
const BUFFER_BYTES = 2 << 20

interface ReaderEvents {
  hasRoom(): void
  closed(): void
}

/** One partition, fetched ahead of whoever reads it. */
export class BufferedReader implements PartitionReader, FetchRequest {
  readonly topic: string
  readonly partition: number
  readonly #wake: () => void
  readonly #events: ReaderEvents
  readonly #chunks: Chunk[] = []
  readonly #waiting = new Set<() => void>()
  #bytes = 0
  #error: Error | undefined
  #closed = false
  from: number
  fetching = false

  constructor(topic: string, partition: number, from: number, wake: () => void, events: ReaderEvents) {
    this.topic = topic
    this.partition = partition
    this.from = from
    this.#wake = wake
    this.#events = events
  }

  get full(): boolean {
    return this.#bytes >= BUFFER_BYTES
  }

  get wants(): boolean {
    return !this.fetching && !this.#error && !this.#closed && !this.full
  }

  offer({ data, aborted, lastStableOffset }: FetchedPartition): void {
    if (data.length === 0) return
    try {
      const { records, next } = decodeBatches(data, this.from, aborted)
      if (next === this.from) return
      this.from = next
      this.#bytes += data.length
      this.#chunks.push({ records, next, end: lastStableOffset, bytes: data.length })
      this.#notify()
    } catch (error) {
      const { topic, partition, from } = this
      this.fail(new Error(`Cannot decode the records of ${topic}/${partition} from offset ${from}`, { cause: error }))
    }
  }

  fail(error: Error): void {
    this.#error = error
    this.#notify()
  }

  poll(): Chunk | undefined {
    const chunk = this.#chunks.shift()
    if (chunk) {
      this.#bytes -= chunk.bytes
      if (this.wants) this.#events.hasRoom()
      return chunk
    }
    if (this.#error) throw this.#error
    return undefined
  }

  async take(waitMs: number): Promise<Chunk | undefined> {
    const ready = this.poll()
    if (ready || waitMs <= 0) return ready
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, waitMs)
      this.#waiting.add(() => {
        clearTimeout(timer)
        resolve()
      })
    })
    return this.poll()
  }

  close(): void {
    this.#closed = true
    this.#events.closed()
  }

  #notify(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
    this.#wake()
  }
}
