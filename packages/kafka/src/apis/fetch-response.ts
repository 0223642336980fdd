import { received } from '../memory/buffer-pool.ts'
import { type AbortedTransaction, int64 } from '../wire/record-batch.ts'

/** One partition of a fetch response, its records still encoded. */
export interface FetchedPartition {
  readonly topic: string
  readonly partition: number
  readonly errorCode: number
  readonly lastStableOffset: number
  readonly aborted: readonly AbortedTransaction[]
  readonly data: Buffer
  /** The data will not be looked at any more; when all partitions say so, the memory is used again. */
  release(): void
}

export interface FetchResponse {
  readonly partitions: readonly FetchedPartition[]
}

/**
 * Decodes a Fetch response of version 11 down to the partitions; errors are left to the caller, a partition each.
 * https://kafka.apache.org/protocol.html#The_Messages_Fetch
 */
export function decodeFetchResponse(raw: Buffer): FetchResponse {
  const reader = new Reader(raw)
  reader.skip(4 + 2 + 4) // throttle time, error code (of fetch sessions, which are not used), session id
  let inUse = 0
  const release = () => {
    if (--inUse === 0) received.give(raw)
  }
  const topics = reader.many(() => {
    const topic = reader.bytes(reader.int16()).toString()
    return reader.many(() => ({ ...partitionOf(topic, reader), release }))
  })
  const partitions = topics.flat()
  inUse = partitions.length
  return { partitions }
}

function partitionOf(topic: string, reader: Reader): Omit<FetchedPartition, 'release'> {
  const partition = reader.int32()
  const errorCode = reader.int16()
  reader.skip(8) // high watermark
  const lastStableOffset = reader.int64()
  reader.skip(8) // log start offset
  const aborted = reader.many(() => ({ producerId: reader.int64(), firstOffset: reader.int64() }))
  reader.skip(4) // preferred read replica
  return { topic, partition, errorCode, lastStableOffset, aborted, data: reader.bytes(reader.int32()) }
}

/** Big-endian fields one after the other; a length below zero stands for null, which is read as empty. */
class Reader {
  readonly #raw: Buffer
  #at = 0

  constructor(raw: Buffer) {
    this.#raw = raw
  }

  skip(bytes: number): number {
    const at = this.#at
    this.#at += bytes
    return at
  }

  int16 = (): number => this.#raw.readInt16BE(this.skip(2))
  int32 = (): number => this.#raw.readInt32BE(this.skip(4))
  int64 = (): number => int64(this.#raw, this.skip(8))

  bytes(length: number): Buffer {
    const at = this.skip(Math.max(0, length))
    return this.#raw.subarray(at, this.#at)
  }

  many<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(0, this.int32()) }, read)
  }
}
