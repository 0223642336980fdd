import { KeyInterner } from '../memory/key-interner.ts'
import { LazyRecords } from '../memory/lazy-records.ts'
import { decompress } from './compression.ts'
import { int64 } from './reader.ts'
import { RecordCursor } from './varint.ts'

/** An aborted transaction as a fetch response lists it. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/** Size of a batch's header: base offset to record count. */
const HEADER_BYTES = 61
const MAGIC = 2
const CODEC_MASK = 0x07
/** The topic has `message.timestamp.type=LogAppendTime`: the batch's time, set by the broker, is that of each record. */
const LOG_APPEND_TIME = 0x08
const TRANSACTIONAL = 0x10
const CONTROL = 0x20
const ABORT_MARKER = 0

/** @returns the offset after the last complete batch of the data; `from` when not even one is complete. */
export function nextOffset(data: Buffer, from: number): number {
  let next = from
  for (const at of completeBatches(data)) next = Math.max(next, lastOffset(data, at) + 1)
  return next
}

/**
 * Decodes the record batches (message format 2) of one partition of a fetch response, read-committed: records of
 * aborted transactions are left out. Formats: Kafka protocol guide, "Record Batch"; KIP-98 for the aborted list.
 *
 * kafkajs's own decoder allocates several objects and BigInts for each record, and its read-committed filter returns
 * aborted records when two producers abort on one partition.
 * @param from records before this offset are left out, because a batch may begin before the requested offset
 * @param keys interns the partition's keys across fetches
 */
export function decodeBatches(
  data: Buffer,
  from: number,
  aborted: readonly AbortedTransaction[],
  keys = new KeyInterner(),
): LazyRecords {
  let most = 0
  for (const at of completeBatches(data)) most += recordCount(data, at)
  const records = new LazyRecords(most, keys)
  const begun = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset)
  const aborting = new Set<number>()
  for (const at of completeBatches(data)) {
    if (data[at + 16] !== MAGIC)
      throw new Error(`Record batches of message format ${data[at + 16]} are too old to read`)
    const attributes = data.readInt16BE(at + 21)
    const producerId = int64(data, at + 43)
    while (begun[0] && begun[0].firstOffset <= lastOffset(data, at)) aborting.add(begun.shift()!.producerId)
    if (attributes & CONTROL) {
      if (controlType(data, at) === ABORT_MARKER) aborting.delete(producerId)
    } else if (!(attributes & TRANSACTIONAL && aborting.has(producerId))) {
      findRecords(data, at, attributes, from, records)
    }
  }
  return records
}

/** @returns where the complete batches begin: a response may end in the middle of a batch. */
function* completeBatches(data: Buffer): Generator<number> {
  for (let at = 0; at + HEADER_BYTES <= data.length; ) {
    const size = batchSize(data, at)
    if (at + size > data.length) return
    yield at
    at += size
  }
}

const recordCount = (data: Buffer, at: number): number => data.readInt32BE(at + 57)
const batchSize = (data: Buffer, at: number): number => 12 + data.readInt32BE(at + 8)
const lastOffset = (data: Buffer, at: number): number => int64(data, at) + data.readInt32BE(at + 23)

/** A control batch holds one record, whose key is its version and type (int16 each). */
function controlType(data: Buffer, at: number): number {
  const cursor = new RecordCursor(data, at + HEADER_BYTES)
  cursor.varint() // length
  offsetDelta(cursor)
  cursor.varint() // key length
  return data.readInt16BE(cursor.at + 2)
}

/** @param at where the batch begins */
function findRecords(data: Buffer, at: number, attributes: number, from: number, into: LazyRecords): void {
  const codec = attributes & CODEC_MASK
  const isTimeOfAll = (attributes & LOG_APPEND_TIME) !== 0
  const baseOffset = int64(data, at)
  const body = at + HEADER_BYTES
  // Uncompressed batches share the fetch's buffer, so that readers change buffers once for each fetch instead of each batch.
  const bytes = codec === 0 ? data : decompress(codec, data.subarray(body, at + batchSize(data, at)))
  into.begin({ bytes, baseOffset, timestamp: int64(data, at + (isTimeOfAll ? 35 : 27)), isTimeOfAll })
  const cursor = new RecordCursor(bytes, codec === 0 ? body : 0)
  for (let rest = recordCount(data, at); rest > 0; rest--) {
    const length = cursor.varint()
    const start = cursor.at
    if (baseOffset >= from || baseOffset + offsetDelta(cursor) >= from) into.add(start)
    cursor.at = start + length
  }
  if (cursor.at !== (codec === 0 ? at + batchSize(data, at) : bytes.length))
    throw new Error(`The batch at offset ${baseOffset} is corrupt: its records do not end where the batch does`)
}

/** @param cursor at the beginning of a record, behind its length */
function offsetDelta(cursor: RecordCursor): number {
  cursor.at++ // attributes: none are defined
  cursor.varlong() // timestamp delta
  return cursor.varint()
}
