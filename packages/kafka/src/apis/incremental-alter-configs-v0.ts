import { Reader } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'
import type { Api } from './api.ts'

export interface AlterTopicRequest {
  readonly topic: string
  readonly config: Readonly<Record<string, string>>
}

export interface AlteredConfig {
  readonly errorCode: number
  readonly errorMessage: string
}

const TOPIC = 2
const SET = 0

/**
 * IncrementalAlterConfigs Request (Version: 0) => [resources] validate_only
 *   resources => resource_type resource_name [configs]
 *     resource_type => INT8
 *     resource_name => STRING
 *     configs => name config_operation value
 *       name => STRING
 *       config_operation => INT8
 *       value => NULLABLE_STRING
 *   validate_only => BOOLEAN
 *
 * IncrementalAlterConfigs Response (Version: 0) => throttle_time_ms [responses]
 *   throttle_time_ms => INT32
 *   responses => error_code error_message resource_type resource_name
 *     error_code => INT16
 *     error_message => NULLABLE_STRING
 *     resource_type => INT8
 *     resource_name => STRING
 *
 * Sets the configuration of one topic. The AlterConfigs of kafkajs would reset every setting that the request does not name.
 * https://kafka.apache.org/protocol.html#The_Messages_IncrementalAlterConfigs
 */
export const incrementalAlterConfigsV0: Api<AlterTopicRequest, AlteredConfig | undefined> = {
  name: 'IncrementalAlterConfigs',
  key: 44,
  version: 0,
  encode,
  decode,
}

function encode({ topic, config }: AlterTopicRequest): Buffer[] {
  const writer = new Writer()
  writer.int32(1) // resources
  writer.int8(TOPIC)
  writer.string(topic)
  writer.int32(Object.keys(config).length)
  for (const [name, value] of Object.entries(config)) {
    writer.string(name)
    writer.int8(SET)
    writer.string(value)
  }
  writer.int8(0) // validate only
  return [writer.written()]
}

function decode(payload: Buffer): AlteredConfig | undefined {
  const reader = new Reader(payload)
  reader.skip(4) // throttle time
  const [altered] = reader.array(() => {
    const result = { errorCode: reader.int16(), errorMessage: reader.string() }
    reader.skip(1) // resource type
    reader.string()
    return result
  })
  return altered
}
