import { FlexibleReader, FlexibleWriter } from '../wire/flexible.ts'
import type { Api } from './api.ts'

export interface MetadataRequest {
  readonly topic: string
}

export interface TopicMetadata {
  readonly errorCode: number
  /** 16 bytes in hexadecimal digits; zeros where the broker has no ids. */
  readonly topicId: string
}

const NO_ID = '0'.repeat(32)

/**
 * Metadata Request (Version: 10) => [topics] allow_auto_topic_creation include_cluster_authorized_operations
 *     include_topic_authorized_operations TAG_BUFFER
 *   topics => topic_id name TAG_BUFFER
 *     topic_id => UUID
 *     name => COMPACT_NULLABLE_STRING
 *
 * Metadata Response (Version: 10) => throttle_time_ms [brokers] cluster_id controller_id [topics]
 *     cluster_authorized_operations TAG_BUFFER
 *   brokers => node_id host port rack TAG_BUFFER
 *   topics => error_code name topic_id is_internal [partitions] topic_authorized_operations TAG_BUFFER
 *
 * The first version with topic ids. Of the response only what precedes the topic's partitions is read.
 * https://kafka.apache.org/protocol.html#The_Messages_Metadata
 */
export const metadataV10: Api<MetadataRequest, TopicMetadata | undefined> = {
  name: 'Metadata',
  key: 3,
  version: 10,
  encode,
  decode,
}

function encode({ topic }: MetadataRequest): Buffer[] {
  const writer = new FlexibleWriter()
  writer.tags() // of the request header version 2
  writer.unsigned(1 + 1) // topics, plus one
  writer.zeros(16) // topic_id
  writer.string(topic)
  writer.tags()
  writer.zeros(3) // allow_auto_topic_creation and both include_… are false
  writer.tags()
  return [writer.written()]
}

function decode(payload: Buffer): TopicMetadata | undefined {
  const reader = new FlexibleReader(payload)
  reader.tags() // of the response header version 1
  reader.skip(4) // throttle time
  reader.array(() => {
    reader.skip(4) // node_id
    reader.bytes() // host
    reader.skip(4) // port
    reader.bytes() // rack
    reader.tags()
  })
  reader.bytes() // cluster_id
  reader.skip(4) // controller_id
  if (reader.unsigned() < 2) return undefined
  const errorCode = reader.int16()
  reader.bytes() // name
  const topicId = reader.hex(16)
  return { errorCode, topicId }
}

/** @returns the id, or undefined for the zeros that stand for none. */
export const idOf = ({ topicId }: TopicMetadata): string | undefined => (topicId === NO_ID ? undefined : topicId)
