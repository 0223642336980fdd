import type { Headers, LogRecord, Records } from '../log.ts'
import { received } from './buffer-pool.ts'
import { Cursor } from './cursor.ts'
import type { KeyIndex } from './key-index.ts'

/**
 * A record is a row of numbers, six of 32 bits and two of 64. With thousands of keys the records of a chunk are read in
 * another order than they came in: what is read of one lies together, and is small enough for the processor's cache.
 */
const ROW = { bytes: 40, int32s: 10, float64s: 5 }
const INT32 = { keyNumber: 0, keyStart: 1, keyEnd: 2, start: 3, end: 4, headers: 5 }
const FLOAT64 = { offset: 3, timestamp: 4 }
const NONE = -1
const NOTHING: Buffer = Buffer.alloc(0)

/** In an object, of which there is one a batch: V8 makes one of each large number that a function is given. */
interface FirstOfBatch {
  readonly offset: number
  /** Unix ms. */
  readonly timestamp: number
}

/** What a fetch has brought of a partition. Its records are read where they were received. */
export class FetchedRecords implements Records {
  length = 0
  /** The texts of keys by number. */
  readonly numbering: readonly string[]
  readonly #keys: KeyIndex
  readonly #memory: Buffer
  readonly #int32s: Int32Array
  readonly #float64s: Float64Array
  /** Keys that have no number, by the record's index. */
  readonly #unnumbered = new Map<number, string | null>()
  /** Where the records lie from an index on: in the fetch's bytes, or in those that were compressed in them. */
  readonly #bodies: { readonly from: number; readonly bytes: Buffer }[] = []
  readonly #shared: FetchedRecord

  /** @param most there are at most so many records @param keys the partition's, which begins anew when it is full */
  constructor(most: number, keys: KeyIndex) {
    if (keys.isFull) keys.clear()
    this.#keys = keys
    this.numbering = keys.texts
    this.#shared = new FetchedRecord(keys.texts)
    this.#memory = received.take(most * ROW.bytes)
    const { buffer, byteOffset } = this.#memory
    this.#int32s = new Int32Array(buffer, byteOffset, most * ROW.int32s)
    this.#float64s = new Float64Array(buffer, byteOffset, most * ROW.float64s)
  }

  /** Adds the record at whose key the cursor is, so much after the first one of its batch. */
  add(cursor: Cursor, first: FirstOfBatch, offset: number, timestamp: number): void {
    const { bytes } = cursor
    if (this.#bodies.at(-1)?.bytes !== bytes) this.#bodies.push({ from: this.length, bytes })
    const index = this.length++
    const row = index * ROW.int32s
    const keyLength = cursor.varint()
    const keyStart = cursor.at
    const keyEnd = keyStart + keyLength
    const number = keyLength < 0 ? NONE : this.#keys.number(bytes, keyStart, keyEnd)
    if (number === NONE) this.#unnumbered.set(index, keyLength < 0 ? null : bytes.toString('utf8', keyStart, keyEnd))
    cursor.at = Math.max(keyStart, keyEnd)
    const length = cursor.varint()
    const start = cursor.at
    cursor.at = Math.max(start, start + length)
    const ints = this.#int32s
    ints[row + INT32.keyNumber] = number
    ints[row + INT32.keyStart] = keyStart
    ints[row + INT32.keyEnd] = keyEnd
    ints[row + INT32.start] = start
    ints[row + INT32.end] = start + length
    ints[row + INT32.headers] = bytes[cursor.at] === 0 ? NONE : cursor.at
    this.#float64s[index * ROW.float64s + FLOAT64.offset] = first.offset + offset
    this.#float64s[index * ROW.float64s + FLOAT64.timestamp] = first.timestamp + timestamp
  }

  at(index: number): LogRecord | undefined {
    const i = index < 0 ? this.length + index : index
    return i >= 0 && i < this.length ? this.#into(this.#shared, i) : undefined
  }

  *[Symbol.iterator](): Generator<LogRecord> {
    for (let i = 0; i < this.length; i++) yield this.#into(new FetchedRecord(this.numbering), i)
  }

  /** Gives the rows' memory back, which then are those of other records. */
  release(): void {
    received.give(this.#memory)
  }

  #into(record: FetchedRecord, index: number): FetchedRecord {
    const ints = this.#int32s
    const row = index * ROW.int32s
    const number = ints[row + INT32.keyNumber]!
    record.keyNumber = number === NONE ? undefined : number
    record.name = number === NONE ? this.#unnumbered.get(index)! : null
    record.keyStart = ints[row + INT32.keyStart]!
    record.keyEnd = ints[row + INT32.keyEnd]!
    record.start = ints[row + INT32.start]!
    record.end = ints[row + INT32.end]!
    record.headersAt = ints[row + INT32.headers]!
    record.offset = this.#float64s[index * ROW.float64s + FLOAT64.offset]!
    record.timestamp = this.#float64s[index * ROW.float64s + FLOAT64.timestamp]!
    record.bytes = this.#body(index)
    return record
  }

  #body(index: number): Buffer {
    let body = this.#bodies.length - 1
    while (this.#bodies[body]!.from > index) body--
    return this.#bodies[body]!.bytes
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
