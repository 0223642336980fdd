import { type Chunk, type LogRecord, OffsetOutOfRange, type OutRecord } from '@candlewick/kafka/log'

/** The outcome of a transaction, shared by all entries that it wrote. */
export interface Transaction {
  state: 'open' | 'committed' | 'aborted'
}

/** An offset has a record, or null: the end of a transaction, or a record that compaction removed. */
type Entry = { readonly record: LogRecord; readonly transaction: Transaction } | null

/** A chunk whose records may be kept. */
interface MemoryChunk extends Chunk {
  readonly records: readonly LogRecord[]
}

/** One partition: entries with contiguous offsets. Readers see committed ones below the first open transaction. */
export class MemoryPartition {
  readonly #topic: string
  readonly #partition: number
  #start = 0
  #entries: Entry[] = []
  /** The first offset of each open transaction. */
  readonly #open = new Map<Transaction, number>()
  #waiting = new Set<() => void>()

  constructor(topic: string, partition: number) {
    this.#topic = topic
    this.#partition = partition
  }

  get start(): number {
    return this.#start
  }

  /** The offset that the next record gets. */
  get end(): number {
    return this.#start + this.#entries.length
  }

  append(out: OutRecord, timestamp: number, transaction: Transaction): number {
    const value = typeof out.value === 'string' ? Buffer.from(out.value) : out.value
    const record: LogRecord = { offset: this.end, timestamp, key: out.key, value, headers: out.headers }
    this.#entries.push({ record, transaction })
    if (!this.#open.has(transaction)) this.#open.set(transaction, record.offset)
    return record.offset
  }

  /** The end of a transaction takes an offset, as in Kafka. */
  mark(transaction: Transaction): void {
    this.#open.delete(transaction)
    this.#entries.push(null)
    this.wake()
  }

  /** Retention: removes everything before the offset. */
  truncate(offset: number): void {
    const count = Math.max(0, Math.min(offset, this.end) - this.#start)
    this.#entries.splice(0, count)
    this.#start += count
  }

  /** Compaction: removes each record that a newer committed record of the same key supersedes. */
  compact(): void {
    const seen = new Set<string | null>()
    for (let i = this.stable() - this.#start - 1; i >= 0; i--) {
      const entry = this.#entries[i]
      if (entry?.transaction.state !== 'committed') continue
      const { key } = entry.record
      if (seen.has(key)) this.#entries[i] = null
      seen.add(key)
    }
  }

  /** @returns the offset before which every transaction has ended. */
  stable(): number {
    return Math.min(this.end, ...this.#open.values())
  }

  /** @returns at most `max` committed records from the offset on; undefined when there is nothing to read. */
  chunk(from: number, max: number, below = Number.POSITIVE_INFINITY): MemoryChunk | undefined {
    if (from < this.#start || from > this.end)
      throw new OffsetOutOfRange(this.#topic, this.#partition, from, this.#start)
    const end = Math.min(this.stable(), below)
    if (from >= end) return undefined
    const next = Math.min(end, from + max)
    const records: LogRecord[] = []
    for (const entry of this.#entries.slice(from - this.#start, next - this.#start))
      if (entry?.transaction.state === 'committed') records.push(entry.record)
    const bytes = records.reduce((sum, r) => sum + (r.value?.length ?? 0), 0)
    return { records, next, end: this.stable(), bytes }
  }

  /** Calls back once, at the next change. @returns a function that cancels it. */
  onChange(callback: () => void): () => void {
    this.#waiting.add(callback)
    return () => this.#waiting.delete(callback)
  }

  wake(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const callback of waiting) callback()
  }
}
