import type { Headers, LogRecord, Records } from '../log.ts'
import { RecordCursor } from '../wire/varint.ts'
import { received } from './buffer-pool.ts'
import type { KeyInterner } from './key-interner.ts'

const INT32_BYTES = 4
const NONE = -1
const EMPTY: Buffer = Buffer.alloc(0)

/** Fields that the records of a batch share. */
export interface Batch {
  /** The fetch's own bytes, or the decompressed ones. */
  readonly bytes: Buffer
  readonly baseOffset: number
  /** Unix ms: the time of each record, or the time that the records' deltas are added to. */
  readonly timestamp: number
  readonly isTimeOfAll: boolean
}

/**
 * The records of one partition in one fetch, parsed when they are read. It stores only the position of each record: with
 * thousands of keys their state should stay in the CPU's cache. Few records are read twice, and parsing those again costs
 * less than an object for each of millions.
 */
export class LazyRecords implements Records {
  length = 0
  /** Keys by their id. */
  readonly interner: readonly string[]
  readonly #keys: KeyInterner
  readonly #memory: Buffer
  /** Positions of the records in their batch's bytes, behind their length. */
  readonly #starts: Int32Array
  readonly #batches: Batch[] = []
  /** By batch: the index of its first record. */
  readonly #firsts: number[] = []
  /** The batch of the record that was read last. */
  #current = 0
  readonly #cursor = new RecordCursor(EMPTY, 0)
  readonly #shared: LazyRecord

  /** @param most upper bound of the number of records @param keys the partition's interner; cleared when it is full */
  constructor(most: number, keys: KeyInterner) {
    if (keys.isFull) keys.clear()
    this.#keys = keys
    this.interner = keys.texts
    this.#shared = new LazyRecord(keys.texts)
    this.#memory = received.take(most * INT32_BYTES)
    this.#starts = new Int32Array(this.#memory.buffer, this.#memory.byteOffset, most)
  }

  /** Starts a batch, to which the records added from now on belong. */
  begin(batch: Batch): void {
    this.#batches.push(batch)
    this.#firsts.push(this.length)
  }

  /** @param start position of the record in its batch's bytes, behind its length */
  add(start: number): void {
    this.#starts[this.length++] = start
  }

  at(index: number): LogRecord | undefined {
    const i = index < 0 ? this.length + index : index
    return i >= 0 && i < this.length ? this.#into(this.#shared, i) : undefined
  }

  *[Symbol.iterator](): Generator<LogRecord> {
    for (let i = 0; i < this.length; i++) yield this.#into(new LazyRecord(this.interner), i)
  }

  /** Gives the memory back; the records must not be read afterwards. */
  release(): void {
    received.give(this.#memory)
  }

  /** Parses a record. Format: Kafka protocol guide, "Record". */
  #into(record: LazyRecord, index: number): LazyRecord {
    const batch = this.#batches[this.#batchOf(index)]!
    const { bytes } = batch
    const cursor = this.#cursor
    cursor.bytes = bytes
    cursor.at = this.#starts[index]! + 1 // attributes: none are defined
    const timestampDelta = cursor.varlong()
    record.timestamp = batch.isTimeOfAll ? batch.timestamp : batch.timestamp + timestampDelta
    record.offset = batch.baseOffset + cursor.varint()
    const keyLength = cursor.varint()
    record.bytes = bytes
    record.keyStart = cursor.at
    record.keyEnd = cursor.at + keyLength
    const id = keyLength < 0 ? NONE : this.#keyId(record)
    record.keyId = id === NONE ? undefined : id
    record.text = id === NONE && keyLength >= 0 ? bytes.toString('utf8', record.keyStart, record.keyEnd) : null
    if (keyLength > 0) cursor.at = record.keyEnd
    const length = cursor.varint()
    record.start = cursor.at
    record.end = cursor.at + length
    if (length > 0) cursor.at = record.end
    record.headersAt = bytes[cursor.at] === 0 ? NONE : cursor.at
    return record
  }

  /** @returns -1 if a later fetch has cleared the interner, because the ids are then no longer valid. */
  #keyId({ bytes, keyStart, keyEnd }: LazyRecord): number {
    return this.#keys.texts === this.interner ? this.#keys.intern(bytes, keyStart, keyEnd) : NONE
  }

  /** Records are mostly read in order, so the batch is mostly that of the record before. */
  #batchOf(index: number): number {
    const firsts = this.#firsts
    const current = this.#current
    const isIn = firsts[current]! <= index && (current + 1 === firsts.length || index < firsts[current + 1]!)
    return isIn ? current : this.#search(index)
  }

  /** Binary search; `findLastIndex` would allocate a closure at each call. */
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

/** Decodes its key, value and headers when they are read. */
class LazyRecord implements LogRecord {
  readonly #texts: readonly string[]
  offset = 0
  timestamp = 0
  /** The key when it has no id. */
  text: string | null = null
  keyId: number | undefined
  bytes = EMPTY
  keyStart = 0
  keyEnd = 0
  start = 0
  end = 0
  headersAt = NONE

  /** @param texts keys by id */
  constructor(texts: readonly string[]) {
    this.#texts = texts
  }

  get key(): string | null {
    return this.keyId === undefined ? this.text : this.#texts[this.keyId]!
  }

  get value(): Buffer | null {
    return this.end < this.start ? null : this.bytes.subarray(this.start, this.end)
  }

  get headers(): Headers | undefined {
    return this.headersAt === NONE ? undefined : new RecordCursor(this.bytes, this.headersAt).headers()
  }
}
