import { follow, type Log, type LogRecord } from '@candlewick/streams'
import type { Bounds, LeftOut } from '../bounds.ts'
import { Rate } from './rate.ts'

interface PartitionWatch {
  /** The offset that is read next. */
  next: number
  /** The end of the partition at the start: records before it are history, later records are news. */
  readonly historyEnd: number
  /** The offset of the newest record. It decides whether a group lags, because transaction markers need no processing. */
  newest: number
  readonly rate: Rate
}

export interface TopicState {
  readonly topic: string
  readonly partitions: readonly { readonly partition: number; readonly next: number; readonly rate: number }[]
  readonly rate: number
}

const KEYS_MAX = 10_000

export type OnRecord = (record: LogRecord, partition: number, isNews: boolean) => void

/** Reads a topic, starting some records before its end, and counts its records. */
export class TopicWatch {
  readonly topic: string
  readonly #history: number
  readonly #onRecord: OnRecord
  readonly #partitions = new Map<number, PartitionWatch>()
  /** The partition of each key's newest record. */
  readonly partitionOf = new Map<string, number>()
  /** Number of keys whose partition is not noted. */
  readonly keysLeftOut: LeftOut
  /** When the newest record of any kind was written, Unix ms. */
  newestMs = 0
  /** Offsets before the history that was read at the start. */
  skipped = 0

  /** @param history how many records before its end each partition is read from */
  constructor(topic: string, history: number, bounds: Bounds, onRecord: OnRecord = () => {}) {
    this.topic = topic
    this.#history = history
    this.#onRecord = onRecord
    this.keysLeftOut = bounds.of(`pairs of ${topic}`, `the partitions of the first ${KEYS_MAX} are shown`)
  }

  /** Runs until aborted. @throws the log's errors */
  async follow(log: Log, signal: AbortSignal): Promise<void> {
    const from = (start: number, end: number, partition: number, isAdded: boolean) => {
      const known = this.#partitions.get(partition)
      if (known) return known.next
      const next = isAdded ? start : Math.max(start, end - this.#history)
      const historyEnd = isAdded ? start : end
      this.skipped += next - start
      this.#partitions.set(partition, { next, historyEnd, newest: -1, rate: new Rate(Date.now()) })
      return next
    }
    await follow(log, this.topic, { from, signal }, async ({ records, next }, partition) => {
      const watch = this.#partitions.get(partition)!
      for (const record of records) this.#take(record, partition, watch)
      watch.next = next
    })
  }

  /** Whether the history has been read; true for a topic that does not exist. */
  get loaded(): boolean {
    return [...this.#partitions.values()].every(({ next, historyEnd }) => next >= historyEnd)
  }

  /** @returns for each partition the offset that is read next, and the offset of the newest record. */
  ends(): Map<number, { readonly next: number; readonly newest: number }> {
    return new Map([...this.#partitions].map(([p, { next, newest }]) => [p, { next, newest }]))
  }

  state(nowMs: number): TopicState {
    const partitions = [...this.#partitions]
      .map(([partition, { next, rate }]) => ({ partition, next, rate: rate.perSecond(nowMs) }))
      .sort((a, b) => a.partition - b.partition)
    return { topic: this.topic, partitions, rate: partitions.reduce((sum, { rate }) => sum + rate, 0) }
  }

  #take(record: LogRecord, partition: number, watch: PartitionWatch): void {
    const isNews = record.offset >= watch.historyEnd
    watch.newest = record.offset
    this.newestMs = Math.max(this.newestMs, record.timestamp)
    const { key, headers } = record
    if (!headers?.control && isNews) watch.rate.add(1, Date.now())
    const leaves = headers?.control === 'move'
    if (key !== null && !leaves) this.#place(key, partition)
    this.#onRecord(record, partition, isNews)
  }

  #place(key: string, partition: number): void {
    if (this.partitionOf.size < KEYS_MAX || this.partitionOf.has(key)) this.partitionOf.set(key, partition)
    else this.keysLeftOut.name(key)
  }
}
