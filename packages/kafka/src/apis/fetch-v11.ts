import { received } from '../memory/buffer-pool.ts'
import { Reader } from '../wire/reader.ts'
import type { AbortedTransaction } from '../wire/record-batch-reader.ts'
import { Writer } from '../wire/writer.ts'
import type { Api } from './api.ts'

export interface FetchRequest {
  /** How long the broker may wait for the first byte, ms. */
  readonly waitMs: number
  /** Upper bound of the response, bytes; a single batch may exceed it. */
  readonly mostBytes: number
  /** Upper bound for each partition, bytes; a single batch may exceed it. */
  readonly mostBytesAPartition: number
  readonly topics: readonly {
    readonly topic: string
    readonly partitions: readonly { readonly partition: number; readonly from: number }[]
  }[]
}

/** One partition of a fetch response, its records still encoded. */
export interface FetchedPartition {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly aborted: readonly AbortedTransaction[]
  readonly data: Buffer
  /** Call it when the data is not used any more. The response's memory is reused once all of its partitions are released. */
  release(): void
}

export interface FetchResponse {
  readonly partitions: readonly FetchedPartition[]
}

const ORDINARY_CONSUMER = -1
const MIN_BYTES = 1
const READ_COMMITTED = 1
const NO_SESSION_ID = 0
const NO_SESSION_EPOCH = -1
const ANY_LEADER_EPOCH = -1
const NOT_A_FOLLOWER = -1n

/**
 * Fetch Request (Version: 11) => replica_id max_wait_ms min_bytes max_bytes isolation_level session_id session_epoch
 *                                [topics] [forgotten_topics_data] rack_id
 *   replica_id => INT32
 *   max_wait_ms => INT32
 *   min_bytes => INT32
 *   max_bytes => INT32
 *   isolation_level => INT8
 *   session_id => INT32
 *   session_epoch => INT32
 *   topics => topic [partitions]
 *     topic => STRING
 *     partitions => partition current_leader_epoch fetch_offset log_start_offset partition_max_bytes
 *       partition => INT32
 *       current_leader_epoch => INT32
 *       fetch_offset => INT64
 *       log_start_offset => INT64
 *       partition_max_bytes => INT32
 *   forgotten_topics_data => topic [partitions]
 *   rack_id => STRING
 *
 * Fetch Response (Version: 11) => throttle_time_ms error_code session_id [responses]
 *   throttle_time_ms => INT32
 *   error_code => INT16
 *   session_id => INT32
 *   responses => topic [partitions]
 *     topic => STRING
 *     partitions => partition_index error_code high_watermark last_stable_offset log_start_offset
 *                   [aborted_transactions] preferred_read_replica records
 *       partition_index => INT32
 *       error_code => INT16
 *       high_watermark => INT64
 *       last_stable_offset => INT64
 *       log_start_offset => INT64
 *       aborted_transactions => producer_id first_offset
 *         producer_id => INT64
 *         first_offset => INT64
 *       preferred_read_replica => INT32
 *       records => RECORDS
 *
 * It reads committed records, without a fetch session (KIP-227), which only pays with hundreds of mostly idle partitions. An
 * error affects only its partition, whereas kafkajs fails the whole response.
 * https://kafka.apache.org/protocol.html#The_Messages_Fetch
 */
export const fetchV11: Api<FetchRequest, FetchResponse> = { name: 'Fetch', key: 1, version: 11, encode, decode }

function encode({ waitMs, mostBytes, mostBytesAPartition, topics }: FetchRequest): Buffer[] {
  const writer = new Writer()
  writer.int32(ORDINARY_CONSUMER)
  writer.int32(waitMs)
  writer.int32(MIN_BYTES)
  writer.int32(mostBytes)
  writer.int8(READ_COMMITTED)
  writer.int32(NO_SESSION_ID)
  writer.int32(NO_SESSION_EPOCH)
  writer.array(topics, ({ topic, partitions }) => {
    writer.string(topic)
    writer.array(partitions, ({ partition, from }) => {
      writer.int32(partition)
      writer.int32(ANY_LEADER_EPOCH)
      writer.int64(BigInt(from))
      writer.int64(NOT_A_FOLLOWER)
      writer.int32(mostBytesAPartition)
    })
  })
  writer.int32(0) // no topics to remove from a session
  writer.string('') // no rack
  return [writer.written()]
}

function decode(payload: Buffer): FetchResponse {
  const reader = new Reader(payload)
  reader.skip(4 + 2 + 4) // throttle time, and error and id of a session
  let inUse = 0
  const release = () => {
    if (--inUse === 0) received.give(payload)
  }
  const topics = reader.array(() => {
    const topic = reader.string()
    return reader.array(() => ({ ...partitionOf(topic, reader), release }))
  })
  const partitions = topics.flat()
  inUse = partitions.length
  return { partitions }
}

function partitionOf(topic: string, reader: Reader): Omit<FetchedPartition, 'release'> {
  const partition = reader.int32()
  const errorCode = reader.int16()
  const highWatermark = reader.int64()
  const lastStableOffset = reader.int64()
  reader.skip(8) // log start offset
  const aborted = reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }))
  reader.skip(4) // preferred read replica
  return { topic, partition, errorCode, highWatermark, lastStableOffset, aborted, data: reader.bytes() }
}
