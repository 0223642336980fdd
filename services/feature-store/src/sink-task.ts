import { type Chunk, type Clock, type Log, OffsetOutOfRange, type PartitionReader, Rejected } from '@candlewick/streams'
import type { DeadLetters } from './dead-letters.ts'
import type { SinkEvent } from './events.ts'
import { parseRow, type RowKind } from './kind.ts'
import type { StoredRow } from './row.ts'
import { type PartitionSink, RowRefused, type Source, type Store, Superseded } from './store.ts'

const TAKE_MS = 500
const ROWS_AT_ONCE = 5_000
const RETRY_MS = { first: 500, most: 30_000 }

export interface SinkTaskOptions {
  readonly log: Log
  readonly store: Store
  readonly source: Source
  readonly kind: RowKind
  readonly deadLetters: DeadLetters
  readonly clock: Clock
  readonly observe: (event: SinkEvent) => void
}

/**
 * Stores one partition's rows in one store. It opens the store, continues at its position, and after any error opens it again,
 * with a capped backoff and without a limit. A store that cannot be written does not delay other stores.
 */
export class SinkTask {
  readonly #o: SinkTaskOptions
  readonly #stopping = Promise.withResolvers<void>()
  #stopped = false
  #finished: Promise<void> = Promise.resolve()
  /** Offsets of rows that the store has refused and that may be read again. */
  readonly #refused = new Set<number>()
  /** Why no rows are stored at the moment; undefined while rows are stored. */
  problem: string | undefined = 'opening'
  /** The first offset that was not passed to the store; undefined until the store has been opened. */
  position: number | undefined
  /** End of the partition at the last look. */
  end = 0

  constructor(options: SinkTaskOptions) {
    this.#o = options
  }

  start(): void {
    this.#finished = this.#live()
  }

  /** Finishes the batch that is being stored. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#stopping.resolve()
    await this.#finished
  }

  async #live(): Promise<void> {
    const { store, source, clock, observe } = this.#o
    for (let retryMs = RETRY_MS.first; !this.#stopped; retryMs = Math.min(2 * retryMs, RETRY_MS.most)) {
      try {
        await this.#run(() => {
          retryMs = RETRY_MS.first
        }).catch(error => this.#setAside(error))
      } catch (error) {
        if (this.#stopped) return
        if (error instanceof Superseded) continue
        this.problem = (error as Error).message
        observe({ type: 'failed', store: store.name, ...source, error, retryInMs: retryMs })
        void this.#lookAtEnd()
        await Promise.race([clock.sleep(retryMs), this.#stopping.promise])
      }
    }
  }

  /** Updates the end, so that the lag grows while the store is unreachable. If the broker is unreachable as well, the lag does not change. */
  async #lookAtEnd(): Promise<void> {
    const { log, source } = this.#o
    const { end } = await log.offsets(source.topic, source.partition).catch(() => ({ end: 0 }))
    this.end = Math.max(this.end, end)
  }

  /** @param stored called after each batch that the store has accepted */
  async #run(stored: () => void): Promise<void> {
    const { log, store, source } = this.#o
    const sink = await store.open({ ...source, topicId: await log.topicId(source.topic) })
    let reader = await this.#readerAt(sink)
    try {
      while (!this.#stopped) {
        try {
          const chunk = await reader.take(TAKE_MS)
          if (chunk?.interrupted) await this.#refuseOtherTopic(sink)
          if (chunk) await this.#store(sink, reader, chunk)
          this.problem = undefined
          stored()
        } catch (error) {
          if (!(error instanceof OffsetOutOfRange)) throw error
          reader.close()
          // If the position is past the end of the topic, it stays unchanged, and the new reader throws an error that names it.
          if (error.start > (sink.position ?? 0)) await sink.truncated(error.start)
          reader = await this.#readerAt(sink)
        }
      }
    } finally {
      reader.close()
    }
  }

  /** @throws Error if the rows in the store are from another topic of the same name */
  async #refuseOtherTopic({ topicId }: PartitionSink): Promise<void> {
    const { log, source } = this.#o
    const found = await log.topicId(source.topic)
    if (topicId !== undefined && found !== undefined && topicId !== found)
      throw this.#otherTopic(`its topic id was ${topicId} and is ${found}`)
  }

  #otherTopic(sign: string): Error {
    const { store, source } = this.#o
    return new Error(
      `${store.name} has rows of another topic ${source.topic}, which was deleted and made again: ${sign}. Give the topic ` +
        `another TOPIC_PREFIX, or the store another folder, schema or prefix`,
    )
  }

  /** @throws Error if the store is ahead of the topic, which must then be another topic of the same name */
  async #readerAt(sink: PartitionSink): Promise<PartitionReader> {
    const { log, store, source, observe } = this.#o
    const { topic, partition } = source
    await this.#refuseOtherTopic(sink)
    const { start, end } = await log.offsets(topic, partition)
    this.end = end
    const position = sink.position ?? start
    if (position > end)
      throw this.#otherTopic(`partition ${partition} is stored up to offset ${position}, but ends at ${end}`)
    if (position < start) observe({ type: 'truncated', store: store.name, ...source, from: position, start })
    else if (sink.position === null && start > 0) observe({ type: 'begins', store: store.name, ...source, start })
    if (start > (sink.position ?? 0)) await sink.truncated(start)
    this.position = Math.max(position, start)
    return log.reader(topic, partition, this.position)
  }

  async #store(sink: PartitionSink, reader: PartitionReader, first: Chunk): Promise<void> {
    const { store, source, observe } = this.#o
    const rows: StoredRow[] = []
    let next = this.position ?? 0
    for (let chunk: Chunk | undefined = first; chunk; chunk = rows.length < ROWS_AT_ONCE ? reader.poll() : undefined) {
      await this.#takeRows(chunk, rows)
      next = Math.max(next, chunk.next)
      this.end = Math.max(this.end, chunk.end, next)
    }
    await sink.write({ rows, next })
    this.position = next
    for (const offset of this.#refused) if (offset < (sink.position ?? 0)) this.#refused.delete(offset)
    if (rows.length > 0) observe({ type: 'stored', store: store.name, ...source, rows: rows.length })
  }

  async #takeRows(chunk: Chunk, rows: StoredRow[]): Promise<void> {
    for (const record of chunk.records) {
      if (
        record.offset < (this.position ?? 0) ||
        record.headers?.control !== undefined ||
        this.#refused.has(record.offset)
      )
        continue
      try {
        rows.push(parseRow(this.#o.kind, record))
      } catch (error) {
        if (!(error instanceof Rejected)) throw error
        await this.#o.deadLetters.write(record, this.#o.source, this.#o.store.name, error)
      }
    }
  }

  /** Sends a row that the store refused to the dead letters, and then leaves it out. @throws any other error */
  async #setAside(error: unknown): Promise<void> {
    if (!(error instanceof RowRefused)) throw error
    const { deadLetters, source, store } = this.#o
    const { row, offset, publishedMs } = error.refused
    const record = { offset, timestamp: publishedMs, key: row.pair, value: Buffer.from(JSON.stringify(row)) }
    await deadLetters.write(record, source, store.name, new Rejected('refused', error.message))
    this.#refused.add(offset)
  }
}
