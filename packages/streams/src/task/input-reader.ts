import { type Chunk, type Log, OffsetOutOfRange, type PartitionReader } from '@candlewick/kafka/log'

/** One of a task's two inputs. Where retention has deleted what was to be read, it tells and goes on where the log starts. */
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

  /** What can be taken without waiting. */
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

  close(): void {
    this.#reader.close()
  }
}
