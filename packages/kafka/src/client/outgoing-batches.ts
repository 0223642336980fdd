import type { Outgoing, OutRecord } from '../log.ts'
import { RecordBatchWriter } from '../wire/record-batch-writer.ts'
import { BatchLimits } from './batch-limits.ts'

/** Brokers accept larger requests by default (`socket.request.max.bytes`). A request has one batch of each partition. */
const REQUEST_BYTES = 8 << 20

export interface PartitionBatch {
  readonly topic: string
  readonly partition: number
  readonly batch: RecordBatchWriter
}

interface Growing {
  readonly batch: RecordBatchWriter
  readonly bytesMax: number
}

/**
 * Encodes records as they are added. If the records stayed objects and strings until the transaction sends them, they would
 * outlive V8's young generation, and V8 lets that generation grow to several times their size.
 */
export class OutgoingBatches implements Outgoing {
  length = 0
  /** All batches, in the order in which they were begun. */
  readonly #batches: PartitionBatch[] = []
  /** The last batch of each partition, by topic. */
  readonly #last = new Map<string, Map<number, Growing>>()
  readonly #limits: BatchLimits

  constructor(limits = new BatchLimits()) {
    this.#limits = limits
  }

  push(record: OutRecord): void {
    this.length++
    const { topic, partition } = record
    const last = this.#last.get(topic)?.get(partition)
    if (last?.batch.add(record, last.bytesMax)) return
    const batch = new RecordBatchWriter()
    const bytesMax = this.#limits.of(topic)
    batch.add(record, bytesMax)
    this.#batches.push({ topic, partition, batch })
    const partitions = this.#last.get(topic) ?? new Map<number, Growing>()
    this.#last.set(topic, partitions.set(partition, { batch, bytesMax }))
  }

  /** @returns the batches in order, divided into requests that brokers accept. */
  *sends(): Generator<readonly PartitionBatch[]> {
    let send: PartitionBatch[] = []
    let bytes = 0
    for (const next of this.#batches) {
      const isThere = send.some(({ topic, partition }) => topic === next.topic && partition === next.partition)
      if (send.length > 0 && (isThere || bytes + next.batch.size > REQUEST_BYTES)) {
        yield send
        send = []
        bytes = 0
      }
      send.push(next)
      bytes += next.batch.size
    }
    if (send.length > 0) yield send
  }

  /** Gives the memory back; the batches must not be used afterwards. */
  release(): void {
    for (const { batch } of this.#batches) batch.release()
  }
}
