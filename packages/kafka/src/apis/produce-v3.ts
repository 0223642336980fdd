import { Reader } from '../wire/reader.ts'
import type { RecordBatchWriter } from '../wire/record-batch-writer.ts'
import { Writer } from '../wire/writer.ts'
import type { Api } from './api.ts'

export interface ProduceRequest {
  readonly transactionalId?: string | null | undefined
  readonly acks: number
  /** How long the broker may wait for its replicas, ms. */
  readonly timeoutMs: number
  readonly producerId: bigint
  readonly producerEpoch: number
  /** The timestamp of all records, Unix ms. */
  readonly now: number
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly {
      readonly partition: number
      readonly firstSequence: number
      readonly batch: RecordBatchWriter
    }[]
  }[]
}

export interface ProducedPartition {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  readonly baseOffset: number
}

/**
 * Produce Request (Version: 3) => transactional_id acks timeout_ms [topic_data]
 *   transactional_id => NULLABLE_STRING
 *   acks => INT16
 *   timeout_ms => INT32
 *   topic_data => name [partition_data]
 *     name => STRING
 *     partition_data => index records
 *       index => INT32
 *       records => RECORDS
 *
 * Produce Response (Version: 3) => [responses] throttle_time_ms
 *   responses => name [partition_responses]
 *     name => STRING
 *     partition_responses => index error_code base_offset log_append_time_ms
 *       index => INT32
 *       error_code => INT16
 *       base_offset => INT64
 *       log_append_time_ms => INT64
 *   throttle_time_ms => INT32
 *
 * Each partition's records are one uncompressed batch, which is passed on without copying: kafkajs allocates an
 * encoder of at least 512 bytes for each record and copies each record four times.
 * https://kafka.apache.org/protocol.html#The_Messages_Produce
 */
export const produceV3: Api<ProduceRequest, readonly ProducedPartition[]> = {
  name: 'Produce',
  key: 0,
  version: 3,
  encode,
  decode,
}

function encode({ transactionalId = null, acks, timeoutMs, topics, now, ...producer }: ProduceRequest): Buffer[] {
  const sealing = { ...producer, now, isTransactional: Boolean(transactionalId) }
  const pieces: Buffer[] = []
  let writer = new Writer()
  writer.string(transactionalId)
  writer.int16(acks)
  writer.int32(timeoutMs)
  writer.int32(topics.length)
  for (const { topic, partitions } of topics) {
    writer.string(topic)
    writer.int32(partitions.length)
    for (const { partition, firstSequence, batch } of partitions) {
      const sealed = batch.sealed({ ...sealing, firstSequence })
      writer.int32(partition)
      writer.int32(sealed.length)
      pieces.push(writer.written(), sealed)
      writer = new Writer()
    }
  }
  return [...pieces, writer.written()]
}

function decode(payload: Buffer): ProducedPartition[] {
  const reader = new Reader(payload)
  const topics = reader.array(() => {
    const topic = reader.string()
    return reader.array(() => {
      const partition = reader.int32()
      const errorCode = reader.int16()
      const baseOffset = reader.int64()
      reader.skip(8) // log append time
      return { topic, partition, errorCode, baseOffset }
    })
  })
  return topics.flat()
}
