import type { FetchedPartition } from '../apis/fetch-response.ts'
import type { Chunk, PartitionReader } from '../log.ts'
import { KeyIndex } from '../memory/key-interner.ts'
import { type AbortedTransaction, decodeBatches, nextOffset } from '../wire/record-batch.ts'
import type { FetchRequest } from './cluster.ts'

/** A reader is fetched for while it holds less than this; it then holds at most this and one fetch. */
const BUFFER_BYTES = 2 << 20

/** What has come of one fetch. Decoded when it is asked for: records that wait would be copied by the garbage collector. */
interface Fetched {
  readonly data: Buffer
  readonly aborted: readonly AbortedTransaction[]
  readonly from: number
  readonly next: number
  readonly end: number
  release(): void
}

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
  readonly #fetched: Fetched[] = []
  readonly #keys = new KeyIndex()
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

  offer({ data, aborted, lastStableOffset, release }: FetchedPartition): void {
    const { from } = this
    const next = nextOffset(data, from)
    if (next === from) {
      release()
      return
    }
    this.from = next
    this.#bytes += data.length
    this.#fetched.push({ data, aborted, from, next, end: lastStableOffset, release })
    this.#notify()
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

  /** What cannot be decoded ends the reader: nothing behind it may be taken for what comes next. */
  #decode({ data, aborted, from, next, end, release }: Fetched): Chunk {
    try {
      const records = decodeBatches(data, from, aborted, this.#keys)
      const releaseAll = () => {
        records.release()
        release()
      }
      return { records, next, end, bytes: data.length, release: releaseAll }
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
