import type { Headers, LogRecord } from '../log.ts'
import { decompress } from './compression.ts'
import { KeyIndex } from './key-index.ts'

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
/** Of all partitions; beyond so many it begins anew, so that its memory is bounded. */
const keys = new KeyIndex()
const MOST_KEYS = 1 << 16

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
 */
export function decodeBatches(data: Buffer, from: number, aborted: readonly AbortedTransaction[]): LogRecord[] {
  if (keys.size > MOST_KEYS) keys.clear()
  const records: LogRecord[] = []
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
      decodeRecords(data, at, attributes, from, records)
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

/** @param at where the batch begins. Records of all batches are in the same buffer: who reads them turns to it once. */
function decodeRecords(data: Buffer, at: number, attributes: number, from: number, into: LogRecord[]): void {
  const codec = attributes & CODEC_MASK
  const baseOffset = int64(data, at)
  const brokersTime = attributes & BROKERS_TIME ? int64(data, at + 35) : undefined
  const firstTimestamp = int64(data, at + 27)
  const count = data.readInt32BE(at + 57)
  const body = at + HEADER_BYTES
  const cursor =
    codec === 0
      ? new Cursor(data, body)
      : new Cursor(decompress(codec, data.subarray(body, at + batchSize(data, at))), 0)
  for (let i = 0; i < count; i++) {
    const end = cursor.varint() + cursor.at
    cursor.at++ // attributes, unused
    const written = firstTimestamp + cursor.varlong()
    const timestamp = brokersTime ?? written
    const offset = baseOffset + cursor.varint()
    if (offset >= from) into.push(cursor.record(offset, timestamp))
    cursor.at = end
  }
}

/** @returns a zigzag varint and the position after it. */
function varint(b: Buffer, at: number): [number, number] {
  const cursor = new Cursor(b, at)
  const value = cursor.varint()
  return [value, cursor.at]
}

/** Its value stays where it was received until somebody asks for it. */
class FetchedRecord implements LogRecord {
  readonly offset: number
  readonly timestamp: number
  readonly key: string | null
  readonly keyNumber: number | undefined
  readonly headers: Headers | undefined
  readonly bytes: Buffer
  readonly start: number
  readonly end: number

  /** @param end before `start` for null */
  constructor(
    offset: number,
    timestamp: number,
    key: string | null,
    keyNumber: number | undefined,
    headers: Headers | undefined,
    bytes: Buffer,
    start: number,
    end: number,
  ) {
    this.offset = offset
    this.timestamp = timestamp
    this.key = key
    this.keyNumber = keyNumber
    this.headers = headers
    this.bytes = bytes
    this.start = start
    this.end = end
  }

  get value(): Buffer | null {
    return this.end < this.start ? null : this.bytes.subarray(this.start, this.end)
  }
}

class Cursor {
  readonly #b: Buffer
  at: number

  constructor(b: Buffer, at: number) {
    this.#b = b
    this.at = at
  }

  /** A zigzag varint of at most 32 bits. */
  varint(): number {
    const b = this.#b
    let byte = b[this.at++]!
    let value = byte & 0x7f
    for (let shift = 7; byte & 0x80; shift += 7) {
      byte = b[this.at++]!
      value |= (byte & 0x7f) << shift
    }
    return (value >>> 1) ^ -(value & 1)
  }

  /** A zigzag varint of at most 53 bits: timestamp deltas. */
  varlong(): number {
    const b = this.#b
    let byte = b[this.at++]!
    let value = byte & 0x7f
    for (let factor = 128; byte & 0x80; factor *= 128) {
      byte = b[this.at++]!
      value += (byte & 0x7f) * factor
    }
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  record(offset: number, timestamp: number): LogRecord {
    const number = this.#keyNumber()
    const key = number === undefined ? this.#text() : keys.text(number)
    const length = this.varint()
    const start = this.at
    if (length > 0) this.at += length
    const count = this.varint()
    const headers = count === 0 ? undefined : this.#headers(count)
    return new FetchedRecord(offset, timestamp, key, number, headers, this.#b, start, start + length)
  }

  #headers(count: number): Headers {
    const headers: Record<string, string> = {}
    for (let i = 0; i < count; i++) headers[this.#text() ?? ''] = this.#text() ?? ''
    return headers
  }

  /** Passes the key only if it has a number. */
  #keyNumber(): number | undefined {
    const before = this.at
    const length = this.varint()
    const number = length < 0 ? -1 : keys.number(this.#b, this.at, this.at + length)
    this.at = number < 0 ? before : this.at + length
    return number < 0 ? undefined : number
  }

  #text(): string | null {
    const length = this.varint()
    if (length < 0) return null
    const text = this.#b.toString('utf8', this.at, this.at + length)
    this.at += length
    return text
  }
}
