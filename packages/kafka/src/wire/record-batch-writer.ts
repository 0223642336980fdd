import type { Headers } from '../log.ts'
import { crc32c } from './crc32c.ts'
import { varintSize } from './varint.ts'
import { byteLength, Writer } from './writer.ts'

export interface Message {
  readonly key?: string | Buffer | null
  readonly value: string | Buffer | null
  readonly headers?: Headers | undefined
}

/** The fields of a batch's header that are known only when it is sent. */
export interface Sealing {
  readonly isTransactional: boolean
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstSequence: number
  /** The timestamp of all records, Unix ms. */
  readonly now: number
}

const HEADER_BYTES = 61
const MAGIC = 2
const TRANSACTIONAL = 0x10

/**
 * A record batch of message format 2, uncompressed, whose records are encoded as they are added.
 * https://kafka.apache.org/documentation/#recordbatch
 */
export class RecordBatchWriter {
  readonly #writer = new Writer()
  count = 0

  constructor() {
    this.#writer.skip(HEADER_BYTES)
  }

  /** Size of the batch so far, bytes. */
  get size(): number {
    return this.#writer.at
  }

  /** @returns false, without adding the record, when it would make the batch larger than `most` bytes; the first is always added */
  add({ key = null, value, headers }: Message, most = Number.POSITIVE_INFINITY): boolean {
    const writer = this.#writer
    const offsetDelta = this.count
    const keyBytes = byteLength(key)
    const valueBytes = byteLength(value)
    const size =
      2 + varintSize(offsetDelta) + sizeWithLength(keyBytes) + sizeWithLength(valueBytes) + headersSize(headers)
    if (this.count > 0 && writer.at + sizeWithLength(size) > most) return false
    this.count++
    writer.varint(size)
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
    return true
  }

  /** @returns the whole batch as a view, valid until the batch is sealed again for another attempt, or released */
  sealed({ isTransactional, producerId, producerEpoch, firstSequence, now }: Sealing): Buffer {
    const writer = this.#writer
    const end = writer.at
    writer.at = 0
    writer.int64(0n) // base offset: set by the broker
    writer.int32(end - writer.at - 4)
    writer.int32(0) // partition leader epoch: set by the broker
    writer.int8(MAGIC)
    const crcAt = writer.at
    writer.int32(0)
    const checkedFrom = writer.at
    writer.int16(isTransactional ? TRANSACTIONAL : 0)
    writer.int32(this.count - 1)
    writer.int64(BigInt(now)) // first timestamp
    writer.int64(BigInt(now)) // max timestamp
    writer.int64(producerId)
    writer.int16(producerEpoch)
    writer.int32(firstSequence)
    writer.int32(this.count)
    writer.at = end
    writer.int32At(crcAt, crc32c(writer.written(checkedFrom)))
    return writer.written()
  }

  /** Gives the memory back; the batch must not be used afterwards. */
  release(): void {
    this.#writer.release()
  }
}

const sizeWithLength = (bytes: number): number => varintSize(bytes) + Math.max(0, bytes)

function headersSize(headers: Headers | undefined): number {
  if (!headers) return 1
  const names = Object.keys(headers)
  const sizes = names.map(name => sizeWithLength(byteLength(name)) + sizeWithLength(byteLength(headers[name]!)))
  return sizes.reduce((sum, size) => sum + size, varintSize(names.length))
}
