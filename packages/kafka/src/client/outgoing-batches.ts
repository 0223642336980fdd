import type { Outgoing, OutRecord } from '../log.ts'
import { BatchWriter } from '../wire/batch-writer.ts'

/** Brokers refuse batches above 1 MB (`message.max.bytes`), for ever; one send makes one batch a partition. */
const BATCH_BYTES = 900 << 10
const SEND_BYTES = 8 << 20

export interface PartitionBatch {
  readonly topic: string
  readonly partition: number
  readonly batch: BatchWriter
}

/**
 * Records encoded as they come: as objects and strings they would outlive V8's young generation before they are sent,
 * which lets it grow to several times their size.
 */
export class OutgoingBatches implements Outgoing {
  length = 0
  /** In the order in which they began. */
  readonly #batches: PartitionBatch[] = []
  /** The last one of each partition, by topic. */
  readonly #last = new Map<string, Map<number, BatchWriter>>()

  push(record: OutRecord): void {
    this.length++
    const { topic, partition } = record
    if (this.#last.get(topic)?.get(partition)?.add(record, BATCH_BYTES)) return
    const batch = new BatchWriter()
    batch.add(record, BATCH_BYTES)
    this.#batches.push({ topic, partition, batch })
    const partitions = this.#last.get(topic) ?? new Map<number, BatchWriter>()
    this.#last.set(topic, partitions.set(partition, batch))
  }

  /** @returns the batches by sends, in order, of which none is above the brokers' limits */
  *sends(): Generator<readonly PartitionBatch[]> {
    let send: PartitionBatch[] = []
    let bytes = 0
    for (const next of this.#batches) {
      const isThere = send.some(({ topic, partition }) => topic === next.topic && partition === next.partition)
      if (send.length > 0 && (isThere || bytes + next.batch.size > SEND_BYTES)) {
        yield send
        send = []
        bytes = 0
      }
      send.push(next)
      bytes += next.batch.size
    }
    if (send.length > 0) yield send
  }

  /** The batches are not looked at any more: their memory is used again. */
  release(): void {
    for (const { batch } of this.#batches) batch.release()
  }
}
