import type { FetchedPartition } from '../apis/fetch-v11.ts'
import type { Chunk, PartitionReader } from '../log.ts'
import { KeyInterner } from '../memory/key-interner.ts'
import { type AbortedTransaction, decodeBatches, nextOffset } from '../wire/record-batch-reader.ts'
import type { FetchFrom } from './read-client.ts'

/** A reader is fetched for while it buffers less than this, so that it buffers at most this and one fetch. */
const BUFFER_BYTES = 2 << 20

/**
 * The undecoded result of one fetch. It is decoded when the reader's caller takes it, because the garbage collector would copy
 * decoded records that wait in between.
 */
interface Fetched {
  readonly data: Buffer
  readonly aborted: readonly AbortedTransaction[]
  readonly from: number
  readonly next: number
  readonly end: number
  readonly interrupted: boolean
  release(): void
}

interface ReaderEvents {
  hasRoom(): void
  closed(): void
}

/** Reads one partition. It fetches ahead of its caller. */
export class BufferedReader implements PartitionReader, FetchFrom {
  readonly topic: string
  readonly partition: number
  readonly #wake: () => void
  readonly #events: ReaderEvents
  readonly #fetched: Fetched[] = []
  readonly #keys = new KeyInterner()
  readonly #waiting = new Set<() => void>()
  #bytes = 0
  #error: Error | undefined
  #closed = false
  #interrupted = false
  from: number
  fetching = false
  logEnd: number | undefined

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

  /** Whether the next fetch should include this partition. */
  get wants(): boolean {
    return !this.fetching && !this.#error && !this.#closed && !this.full
  }

  /** Takes the result of a fetch. An incomplete batch is dropped and does not count as progress. */
  offer({ data, aborted, highWatermark, lastStableOffset, release }: FetchedPartition): void {
    this.logEnd = highWatermark
    const { from } = this
    const next = nextOffset(data, from)
    if (next === from) {
      release()
      return
    }
    this.from = next
    this.#bytes += data.length
    this.#fetched.push({ data, aborted, from, next, end: lastStableOffset, interrupted: this.#interrupted, release })
    this.#interrupted = false
    this.#notify()
  }

  /** The partition has no leader now, or cannot be read. */
  interrupt(): void {
    this.#interrupted = true
  }

  fail(error: Error): void {
    this.#error = error
    this.#notify()
  }

  poll(): Chunk | undefined {
    const fetched = this.#fetched.shift()
    if (fetched) {
      this.#bytes -= fetched.data.length
      if (this.wants) this.#events.hasRoom()
      return this.#decode(fetched)
    }
    if (this.#error) throw this.#error
    return undefined
  }

  /** If bytes cannot be decoded the reader ends, because continuing after them would skip records. */
  #decode({ data, aborted, from, next, end, interrupted, release }: Fetched): Chunk {
    try {
      const records = decodeBatches(data, from, aborted, this.#keys)
      const releaseAll = () => {
        records.release()
        release()
      }
      return { records, next, end, bytes: data.length, interrupted, release: releaseAll }
    } catch (error) {
      const { topic, partition } = this
      this.#fetched.length = 0
      this.#error = new Error(`Cannot decode the records of ${topic}/${partition} from offset ${from}`, {
        cause: error,
      })
      throw this.#error
    }
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
