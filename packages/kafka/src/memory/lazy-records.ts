import type { Headers, LogRecord, Records } from '../log.ts'
import { Cursor } from '../wire/reader.ts'
import { received } from './buffer-pool.ts'
import type { KeyIndex } from './key-interner.ts'

const INT32_BYTES = 4
const NONE = -1
const NOTHING: Buffer = Buffer.alloc(0)

/** What a batch says of its records. */
export interface Batch {
  /** Where they lie: in the fetch's bytes, or in those that were compressed in them. */
  readonly bytes: Buffer
  readonly baseOffset: number
  /** Unix ms: of all records, or the one that theirs are told from. */
  readonly timestamp: number
  readonly isTimeOfAll: boolean
}

/**
 * What a fetch has brought of a partition. Only where each record begins is kept: with thousands of keys there is much
 * else that should be in the processor's cache, and to read a record again, which few need, is cheap.
 */
export class FetchedRecords implements Records {
  length = 0
  /** The texts of keys by number. */
  readonly numbering: readonly string[]
  readonly #keys: KeyIndex
  readonly #memory: Buffer
  /** Where the records begin, behind their length. */
  readonly #starts: Int32Array
  readonly #batches: Batch[] = []
  /** By batch: the index of its first record. */
  readonly #firsts: number[] = []
  /** The batch that was looked at last. */
  #current = 0
  readonly #cursor = new Cursor(NOTHING, 0)
  readonly #shared: FetchedRecord

  /** @param most there are at most so many records @param keys the partition's, which begins anew when it is full */
  constructor(most: number, keys: KeyIndex) {
    if (keys.isFull) keys.clear()
    this.#keys = keys
    this.numbering = keys.texts
    this.#shared = new FetchedRecord(keys.texts)
    this.#memory = received.take(most * INT32_BYTES)
    this.#starts = new Int32Array(this.#memory.buffer, this.#memory.byteOffset, most)
  }

  /** Those that are added from now on are the batch's. */
  begin(batch: Batch): void {
    this.#batches.push(batch)
    this.#firsts.push(this.length)
  }

  /** @param start where the record begins in its batch's bytes, behind its length */
  add(start: number): void {
    this.#starts[this.length++] = start
  }

  at(index: number): LogRecord | undefined {
    const i = index < 0 ? this.length + index : index
    return i >= 0 && i < this.length ? this.#into(this.#shared, i) : undefined
  }

  *[Symbol.iterator](): Generator<LogRecord> {
    for (let i = 0; i < this.length; i++) yield this.#into(new FetchedRecord(this.numbering), i)
  }

  /** Gives the memory back, in which then others are. */
  release(): void {
    received.give(this.#memory)
  }

  /** Format: Kafka protocol guide, "Record". */
  #into(record: FetchedRecord, index: number): FetchedRecord {
    const batch = this.#batches[this.#batchOf(index)]!
    const { bytes } = batch
    const cursor = this.#cursor
    cursor.bytes = bytes
    cursor.at = this.#starts[index]! + 1 // attributes: none are defined
    const written = cursor.varlong()
    record.timestamp = batch.isTimeOfAll ? batch.timestamp : batch.timestamp + written
    record.offset = batch.baseOffset + cursor.varint()
    const keyLength = cursor.varint()
    record.bytes = bytes
    record.keyStart = cursor.at
    record.keyEnd = cursor.at + keyLength
    const number = keyLength < 0 ? NONE : this.#number(record)
    record.keyNumber = number === NONE ? undefined : number
    record.name = number === NONE && keyLength >= 0 ? bytes.toString('utf8', record.keyStart, record.keyEnd) : null
    if (keyLength > 0) cursor.at = record.keyEnd
    const length = cursor.varint()
    record.start = cursor.at
    record.end = cursor.at + length
    if (length > 0) cursor.at = record.end
    record.headersAt = bytes[cursor.at] === 0 ? NONE : cursor.at
    return record
  }

  /** Numbers that were given anew since are none of ours. */
  #number({ bytes, keyStart, keyEnd }: FetchedRecord): number {
    return this.#keys.texts === this.numbering ? this.#keys.number(bytes, keyStart, keyEnd) : NONE
  }

  /** Mostly that of the record before. */
  #batchOf(index: number): number {
    const firsts = this.#firsts
    const current = this.#current
    const isIn = firsts[current]! <= index && (current + 1 === firsts.length || index < firsts[current + 1]!)
    return isIn ? current : this.#search(index)
  }

  /** By halves. Not by `findLastIndex`, whose function V8 would make an object for, at each call. */
  #search(index: number): number {
    let low = 0
    for (let high = this.#firsts.length; high - low > 1; ) {
      const middle = (low + high) >> 1
      if (this.#firsts[middle]! <= index) low = middle
      else high = middle
    }
    this.#current = low
    return low
  }
}

/** Makes its key, its value and its headers when it is asked for them. */
class FetchedRecord implements LogRecord {
  readonly #texts: readonly string[]
  offset = 0
  timestamp = 0
  /** The key if it has no number. */
  name: string | null = null
  keyNumber: number | undefined
  bytes = NOTHING
  keyStart = 0
  keyEnd = 0
  start = 0
  end = 0
  headersAt = NONE

  /** @param texts keys by number */
  constructor(texts: readonly string[]) {
    this.#texts = texts
  }

  get key(): string | null {
    return this.keyNumber === undefined ? this.name : this.#texts[this.keyNumber]!
  }

  get value(): Buffer | null {
    return this.end < this.start ? null : this.bytes.subarray(this.start, this.end)
  }

  get headers(): Headers | undefined {
    return this.headersAt === NONE ? undefined : new Cursor(this.bytes, this.headersAt).headers()
  }
}
