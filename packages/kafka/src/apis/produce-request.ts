import type { BatchWriter } from '../wire/batch-writer.ts'
import { Writer } from '../wire/writer.ts'

export interface ProduceRequest {
  readonly transactionalId?: string | null | undefined
  readonly acks: number
  readonly timeout: number
  /** kafkajs has the id as a string or as its own kind of long integer. */
  readonly producerId: { toString(): string }
  readonly producerEpoch: number
  readonly topicData: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence: number
      readonly batch: BatchWriter
    }[]
  }[]
}

/**
 * Encodes a Produce request of the versions 3 to 7, without compression, each partition's records as one batch that
 * has the time of `now` (Unix ms).
 * https://kafka.apache.org/protocol.html#The_Messages_Produce
 *
 * kafkajs makes an encoder of at least 512 bytes for each record, and copies every one four times.
 * @returns its pieces, in order: the batches are not copied
 */
export function encodeProduceRequest(request: ProduceRequest, now: number): Buffer[] {
  const { transactionalId = null, acks, timeout, producerId, producerEpoch, topicData } = request
  const sealing = {
    isTransactional: Boolean(transactionalId),
    producerId: BigInt(producerId.toString()),
    producerEpoch,
  }
  const pieces: Buffer[] = []
  let writer = new Writer()
  writer.string(transactionalId)
  writer.int16(acks)
  writer.int32(timeout)
  writer.int32(topicData.length)
  for (const { topic, partitions } of topicData) {
    writer.string(topic)
    writer.int32(partitions.length)
    for (const { partition, firstSequence, batch } of partitions) {
      const sealed = batch.sealed({ ...sealing, firstSequence, now })
      writer.int32(partition)
      writer.int32(sealed.length)
      pieces.push(writer.written(), sealed)
      writer = new Writer()
    }
  }
  return [...pieces, writer.written()]
}
