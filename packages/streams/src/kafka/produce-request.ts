import type { Headers } from '../log.ts'
import { crc32c } from './crc32c.ts'
import { byteLength, varintSize, Writer } from './writer.ts'

/** A record as kafkajs passes it down; everything else of it is ignored. */
export interface Message {
  readonly key: string | Buffer | null
  readonly value: string | Buffer | null
  readonly headers?: Headers | undefined
}

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
      readonly messages: readonly Message[]
    }[]
  }[]
}

const MAGIC = 2
const TRANSACTIONAL = 0x10
/** What a record takes beside its key and value, at most but for headers. */
const RECORD_BYTES = 32

/**
 * Encodes a Produce request of the versions 3 to 7, without compression, each partition's records as one batch of
 * message format 2 that has the time of `now` (Unix ms).
 * https://kafka.apache.org/protocol.html#The_Messages_Produce
 *
 * kafkajs makes an encoder of at least 512 bytes for each record, and copies every one four times.
 */
export function encodeProduceRequest(request: ProduceRequest, now: number): Buffer {
  const { transactionalId = null, acks, timeout, topicData } = request
  const writer = new Writer(expectedBytes(request))
  writer.string(transactionalId)
  writer.int16(acks)
  writer.int32(timeout)
  writer.int32(topicData.length)
  for (const { topic, partitions } of topicData) {
    writer.string(topic)
    writer.int32(partitions.length)
    for (const { partition, firstSequence, messages } of partitions) {
      writer.int32(partition)
      const sizeAt = writer.at
      writer.int32(0)
      writeBatch(writer, request, firstSequence, messages, now)
      writer.int32At(sizeAt, writer.at - sizeAt - 4)
    }
  }
  return writer.written()
}

function writeBatch(
  writer: Writer,
  { transactionalId, producerId, producerEpoch }: ProduceRequest,
  firstSequence: number,
  messages: readonly Message[],
  now: number,
): void {
  writer.int64(0n) // base offset: the broker's
  const sizeAt = writer.at
  writer.int32(0)
  writer.int32(0) // partition leader epoch: the broker's
  writer.int8(MAGIC)
  const crcAt = writer.at
  writer.int32(0)
  const checkedFrom = writer.at
  writer.int16(transactionalId ? TRANSACTIONAL : 0)
  writer.int32(messages.length - 1)
  writer.int64(BigInt(now)) // first timestamp
  writer.int64(BigInt(now)) // max timestamp
  writer.int64(BigInt(producerId.toString()))
  writer.int16(producerEpoch)
  writer.int32(firstSequence)
  writer.int32(messages.length)
  for (const [i, message] of messages.entries()) writeRecord(writer, i, message)
  writer.int32At(sizeAt, writer.at - sizeAt - 4)
  writer.int32At(crcAt, crc32c(writer.written(checkedFrom)))
}

function writeRecord(writer: Writer, offsetDelta: number, { key, value, headers }: Message): void {
  const keyBytes = byteLength(key)
  const valueBytes = byteLength(value)
  const size = 2 + varintSize(offsetDelta) + sizeWithLength(keyBytes) + sizeWithLength(valueBytes)
  writer.varint(size + headersSize(headers))
  writer.int8(0) // attributes: none are defined
  writer.varint(0) // timestamp delta
  writer.varint(offsetDelta)
  writer.varbytes(key, keyBytes)
  writer.varbytes(value, valueBytes)
  const names = headers ? Object.keys(headers) : []
  writer.varint(names.length)
  for (const name of names) {
    writer.varbytes(name, byteLength(name))
    writer.varbytes(headers![name]!, byteLength(headers![name]!))
  }
}

const sizeWithLength = (bytes: number): number => varintSize(bytes) + Math.max(0, bytes)

function headersSize(headers: Headers | undefined): number {
  if (!headers) return 1
  const names = Object.keys(headers)
  const sizes = names.map(name => sizeWithLength(byteLength(name)) + sizeWithLength(byteLength(headers[name]!)))
  return sizes.reduce((sum, size) => sum + size, varintSize(names.length))
}

/** Right for ASCII without headers; everything else makes the buffer grow. */
function expectedBytes({ topicData }: ProduceRequest): number {
  let bytes = 512
  for (const { partitions } of topicData)
    for (const { messages } of partitions)
      for (const { key, value } of messages) bytes += RECORD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
  return bytes
}
