import { type Chunk, type Log, OffsetOutOfRange, type PartitionReader } from '@candlewick/kafka/log'

/** Reads one of a task's two inputs. If retention has deleted records before they were read, it reports that and goes on at the log's start. */
export class InputReader {
  readonly #open: (from: number) => PartitionReader
  readonly #onTruncated: (start: number) => void
  #reader: PartitionReader

  constructor(
    log: Log,
    topic: string,
    partition: number,
    from: number,
    events: { readonly wake: () => void; readonly truncated: (start: number) => void },
  ) {
    this.#open = at => log.reader(topic, partition, at, events.wake)
    this.#onTruncated = events.truncated
    this.#reader = this.#open(from)
  }

  /** @returns the next chunk, if there is one. */
  poll(): Chunk | undefined {
    try {
      return this.#reader.poll()
    } catch (error) {
      if (!(error instanceof OffsetOutOfRange)) throw error
      this.#reader.close()
      this.#onTruncated(error.start)
      this.#reader = this.#open(error.start)
      return undefined
    }
  }

  /** The end of the log with what waits behind open transactions, as far as is known. */
  get logEnd(): number {
    return this.#reader.logEnd ?? 0
  }

  close(): void {
    this.#reader.close()
  }
}
