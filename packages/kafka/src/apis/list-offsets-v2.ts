import { Reader } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'
import type { Api } from './api.ts'

export interface ListOffsetsRequest {
  readonly topic: string
  readonly partition: number
  /** Unix ms, or {@link EARLIEST} or {@link LATEST}. */
  readonly timestamp: number
}

export interface ListedOffset {
  readonly errorCode: number
  /** The first offset whose record is not older than the timestamp. */
  readonly offset: number
}

export const EARLIEST = -2
export const LATEST = -1

const ORDINARY_CONSUMER = -1
/** The request asks for the high watermark as the end, not for the last stable offset. */
const READ_UNCOMMITTED = 0

/**
 * ListOffsets Request (Version: 2) => replica_id isolation_level [topics]
 *   replica_id => INT32
 *   isolation_level => INT8
 *   topics => name [partitions]
 *     name => STRING
 *     partitions => partition_index timestamp
 *       partition_index => INT32
 *       timestamp => INT64
 *
 * ListOffsets Response (Version: 2) => throttle_time_ms [topics]
 *   throttle_time_ms => INT32
 *   topics => name [partitions]
 *     name => STRING
 *     partitions => partition_index error_code timestamp offset
 *       partition_index => INT32
 *       error_code => INT16
 *       timestamp => INT64
 *       offset => INT64
 *
 * One partition a request: a request may name each partition only once.
 * https://kafka.apache.org/protocol.html#The_Messages_ListOffsets
 */
export const listOffsetsV2: Api<ListOffsetsRequest, ListedOffset | undefined> = {
  name: 'ListOffsets',
  key: 2,
  version: 2,
  encode,
  decode,
}

function encode({ topic, partition, timestamp }: ListOffsetsRequest): Buffer[] {
  const writer = new Writer()
  writer.int32(ORDINARY_CONSUMER)
  writer.int8(READ_UNCOMMITTED)
  writer.int32(1) // topics
  writer.string(topic)
  writer.int32(1) // partitions
  writer.int32(partition)
  writer.int64(BigInt(timestamp))
  return [writer.written()]
}

function decode(payload: Buffer): ListedOffset | undefined {
  const reader = new Reader(payload)
  reader.skip(4) // throttle time
  const topics = reader.array(() => {
    reader.string()
    return reader.array(() => {
      reader.skip(4) // partition
      const errorCode = reader.int16()
      reader.skip(8) // timestamp
      return { errorCode, offset: reader.int64() }
    })
  })
  return topics.flat()[0]
}
