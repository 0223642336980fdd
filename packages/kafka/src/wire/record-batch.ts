import { KeyIndex } from '../memory/key-interner.ts'
import { FetchedRecords } from '../memory/lazy-records.ts'
import { decompress } from './compression.ts'
import { Cursor } from './reader.ts'

/** An aborted transaction as a fetch response lists it. */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

/** Size of a batch's header: base offset to record count. */
const HEADER_BYTES = 61
const MAGIC = 2
const CODEC_MASK = 0x07
/** The topic's `message.timestamp.type` is LogAppendTime: the batch's time, set by the broker, is that of each record. */
const BROKERS_TIME = 0x08
const TRANSACTIONAL = 0x10
const CONTROL = 0x20
const ABORT_MARKER = 0

/** An int64 as a number: exact up to 2^53, which offsets, ids and timestamps stay below. */
export const int64 = (b: Buffer, at: number): number => b.readInt32BE(at) * 2 ** 32 + b.readUInt32BE(at + 4)

/** @returns the offset after the last whole batch of the data; `from` when not even one came whole. */
export function nextOffset(data: Buffer, from: number): number {
  let next = from
  for (const at of wholeBatches(data)) next = Math.max(next, lastOffset(data, at) + 1)
  return next
}

/**
 * Decodes the record batches (message format 2) of one partition of a fetch response, read-committed: what aborted
 * transactions wrote is left out. Formats: Kafka protocol guide, "Record Batch"; KIP-98 for the aborted list.
 *
 * kafkajs's own decoder makes several objects and BigInts a record, and its read-committed filter lets records of a
 * second producer's aborted transaction through.
 * @param from records below are left out: a batch may begin before the offset that was asked for
 * @param keys those of the partition that have come before
 */
export function decodeBatches(
  data: Buffer,
  from: number,
  aborted: readonly AbortedTransaction[],
  keys = new KeyIndex(),
): FetchedRecords {
  let most = 0
  for (const at of wholeBatches(data)) most += recordCount(data, at)
  const records = new FetchedRecords(most, keys)
  const begun = [...aborted].sort((a, b) => a.firstOffset - b.firstOffset)
  const dropping = new Set<number>()
  for (const at of wholeBatches(data)) {
    if (data[at + 16] !== MAGIC)
      throw new Error(`Record batches of message format ${data[at + 16]} are too old to read`)
    const attributes = data.readInt16BE(at + 21)
    const producerId = int64(data, at + 43)
    while (begun[0] && begun[0].firstOffset <= lastOffset(data, at)) dropping.add(begun.shift()!.producerId)
    if (attributes & CONTROL) {
      if (controlType(data, at) === ABORT_MARKER) dropping.delete(producerId)
    } else if (!(attributes & TRANSACTIONAL && dropping.has(producerId))) {
      findRecords(data, at, attributes, from, records)
    }
  }
  return records
}

/** Where the batches begin that have come whole: a response may end in the middle of one. */
function* wholeBatches(data: Buffer): Generator<number> {
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
  // length, attributes, timestamp delta, offset delta and key length are one byte each in a marker's record.
  const [, afterLength] = varint(data, at + HEADER_BYTES)
  const [, afterTimestamp] = varint(data, afterLength + 1)
  const [, afterOffset] = varint(data, afterTimestamp)
  const [, key] = varint(data, afterOffset)
  return data.readInt16BE(key + 2)
}

/** @param at where the batch begins */
function findRecords(data: Buffer, at: number, attributes: number, from: number, into: FetchedRecords): void {
  const codec = attributes & CODEC_MASK
  const isTimeOfAll = (attributes & BROKERS_TIME) !== 0
  const baseOffset = int64(data, at)
  const body = at + HEADER_BYTES
  // Records of all batches are in the same buffer: who reads them turns to it once.
  const bytes = codec === 0 ? data : decompress(codec, data.subarray(body, at + batchSize(data, at)))
  into.begin({ bytes, baseOffset, timestamp: int64(data, at + (isTimeOfAll ? 35 : 27)), isTimeOfAll })
  const cursor = new Cursor(bytes, codec === 0 ? body : 0)
  for (let rest = recordCount(data, at); rest > 0; rest--) {
    const length = cursor.varint()
    const start = cursor.at
    if (baseOffset >= from || baseOffset + offsetDelta(cursor) >= from) into.add(start)
    cursor.at = start + length
  }
  if (cursor.at !== (codec === 0 ? at + batchSize(data, at) : bytes.length))
    throw new Error(`The records of the batch at offset ${baseOffset} do not end where it does`)
}

/** Of the record at whose beginning the cursor is, behind its length. */
function offsetDelta(cursor: Cursor): number {
  cursor.at++ // attributes: none are defined
  cursor.varlong() // timestamp
  return cursor.varint()
}

/** @returns a zigzag varint and the position after it. */
function varint(b: Buffer, at: number): [number, number] {
  const cursor = new Cursor(b, at)
  const value = cursor.varint()
  return [value, cursor.at]
}
