import type { Headers } from '../log.ts'
import { crc32c } from './crc32c.ts'
import { byteLength, varintSize, Writer } from './writer.ts'

/** A record as kafkajs passes it down; everything else of it is ignored. */
export interface Message {
  readonly key?: string | Buffer | null
  readonly value: string | Buffer | null
  readonly headers?: Headers | undefined
}

/** Who writes a batch, and when. */
export interface Sealing {
  readonly isTransactional: boolean
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstSequence: number
  /** The time of all records, Unix ms. */
  readonly now: number
}

const HEADER_BYTES = 61
const MAGIC = 2
const TRANSACTIONAL = 0x10

/**
 * A batch of message format 2 without compression, whose records are encoded when they are added.
 * https://kafka.apache.org/documentation/#recordbatch
 */
export class BatchWriter {
  readonly #writer = new Writer()
  count = 0

  constructor() {
    this.#writer.skip(HEADER_BYTES)
  }

  /** What the batch takes, bytes. */
  get size(): number {
    return this.#writer.at
  }

  /** @returns whether the record was added: one that would make the batch larger than `most` bytes is only if it is the first */
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

  /** @returns the whole batch, not a copy: valid until it is sealed again, as for another try, or released */
  sealed({ isTransactional, producerId, producerEpoch, firstSequence, now }: Sealing): Buffer {
    const writer = this.#writer
    const end = writer.at
    writer.at = 0
    writer.int64(0n) // base offset: the broker's
    writer.int32(end - writer.at - 4)
    writer.int32(0) // partition leader epoch: the broker's
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

  /** It will not be looked at any more: its memory is used again. */
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
