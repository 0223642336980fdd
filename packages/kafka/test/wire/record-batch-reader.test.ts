import { createRequire } from 'node:module'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { compressFrameSync } from 'lz4-napi'
import { compressSync } from 'snappy'
import { expect, it } from 'vitest'
import type { LogRecord } from '../../src/log.ts'
import { decodeBatches, nextOffset } from '../../src/wire/record-batch-reader.ts'

interface Encoder {
  readonly buffer: Buffer
}
const require = createRequire(import.meta.url)
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch: (batch: object) => Promise<Encoder>
}
const Record = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => Encoder

const TIME = 1_800_000_000_000
const MESSAGES = [
  { key: 'BTC/USD', value: 'first', headers: { control: 'watermark', empty: '' }, timestamp: TIME },
  { key: null, value: null, headers: {}, timestamp: TIME - 12_345 },
  { key: '', value: 'ü'.repeat(3000), headers: {}, timestamp: TIME + 2 ** 33 },
]

/** A batch as kafkajs writes it. */
async function batch(attributes: { transactional?: boolean; producerId?: number } = {}): Promise<Buffer> {
  const records = MESSAGES.map(({ key, value, headers, timestamp }, offsetDelta) =>
    Record({ offsetDelta, timestampDelta: timestamp - TIME, key, value, headers }),
  )
  const { buffer } = await RecordBatch({
    firstTimestamp: TIME,
    maxTimestamp: TIME,
    lastOffsetDelta: records.length - 1,
    producerId: -1,
    producerEpoch: 0,
    records,
    ...attributes,
  })
  return buffer
}

const at = (buffer: Buffer, baseOffset: number): Buffer => {
  const copy = Buffer.from(buffer)
  copy.writeBigInt64BE(BigInt(baseOffset), 0)
  return copy
}

const expected = (baseOffset: number) =>
  MESSAGES.map(({ key, value, headers, timestamp }, i) => ({
    offset: baseOffset + i,
    timestamp,
    key,
    value: value === null ? null : Buffer.from(value),
    headers: Object.keys(headers).length > 0 ? headers : undefined,
  }))

/** Decodes a lazy record. */
const plain = ({ offset, timestamp, key, value, headers }: LogRecord) => ({ offset, timestamp, key, value, headers })

/** The same batch with its records compressed. */
function compressed(buffer: Buffer, codec: number, compress: (data: Buffer) => Buffer): Buffer {
  const body = compress(buffer.subarray(61))
  const made = Buffer.concat([buffer.subarray(0, 61), body])
  made.writeInt32BE(made.length - 12, 8)
  made.writeInt16BE(made.readInt16BE(21) | codec, 21)
  return made
}

it('returns the time that the broker has set for a topic with LogAppendTime', async () => {
  const buffer = await batch()
  buffer.writeInt16BE(buffer.readInt16BE(21) | 0x08, 21)
  buffer.writeBigInt64BE(1_900_000_000_000n, 35)
  const records = [...decodeBatches(buffer, 0, [])]
  expect(records.map(({ timestamp }) => timestamp)).toEqual(MESSAGES.map(() => 1_900_000_000_000))
})

it('decodes the batches that kafkajs encodes', async () => {
  const data = Buffer.concat([at(await batch(), 5), at(await batch(), 2 ** 40)])
  expect([...decodeBatches(data, 5, [])].map(plain)).toEqual([...expected(5), ...expected(2 ** 40)])
  expect(nextOffset(data, 5)).toBe(2 ** 40 + 3)
})

it('leaves out records before the requested offset, and incomplete batches', async () => {
  const whole = at(await batch(), 5)
  expect([...decodeBatches(whole, 6, [])].map(plain)).toEqual(expected(5).slice(1))
  const more = Buffer.concat([whole, whole.subarray(0, 100)])
  expect(decodeBatches(more, 5, [])).toHaveLength(3)
  expect(nextOffset(more, 5)).toBe(8)
  expect(decodeBatches(whole.subarray(0, 70), 5, [])).toHaveLength(0)
  expect(nextOffset(whole.subarray(0, 70), 5)).toBe(5)
})

const xerial = (data: Buffer): Buffer => {
  const block = compressSync(data)
  const size = Buffer.alloc(4)
  size.writeInt32BE(block.length)
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1])
  return Buffer.concat([header, size, block])
}

it.each([
  ['gzip', 1, gzipSync],
  ['snappy', 2, (data: Buffer) => compressSync(data)],
  ['snappy as Java writes it', 2, xerial],
  ['lz4', 3, (data: Buffer) => compressFrameSync(data)],
  ['zstd', 4, zstdCompressSync],
] as const)('decompresses %s', async (_, codec, compress) => {
  const data = compressed(at(await batch(), 9), codec, compress as (data: Buffer) => Buffer)
  expect([...decodeBatches(data, 9, [])].map(plain)).toEqual(expected(9))
})

it('names an unknown codec', async () => {
  const data = compressed(await batch(), 6, d => d)
  expect(() => decodeBatches(data, 0, [])).toThrow('Unknown compression codec 6')
})

it('rejects a batch whose records do not end where it does', async () => {
  const data = at(await batch(), 5)
  data[61] = data[61]! + 2 // the first record's length, one more
  expect(() => decodeBatches(data, 0, [])).toThrow(
    'The batch at offset 5 is corrupt: its records do not end where the batch does',
  )
})

it('leaves out only the aborted transactions of several producers', async () => {
  const of = async (producerId: number, offset: number) => at(await batch({ transactional: true, producerId }), offset)
  const marker = (producerId: number, offset: number, type: number): Buffer => {
    const key = Buffer.alloc(4)
    key.writeInt16BE(type, 2)
    const record = Buffer.concat([Buffer.from([20, 0, 0, 0, 8]), key, Buffer.from([0, 0])])
    record[0] = (record.length - 1) * 2
    const header = Buffer.alloc(61)
    header.writeBigInt64BE(BigInt(offset), 0)
    header.writeInt32BE(61 - 12 + record.length, 8)
    header[16] = 2
    header.writeInt16BE(0x30, 21)
    header.writeBigInt64BE(BigInt(producerId), 43)
    header.writeInt32BE(1, 57)
    return Buffer.concat([header, record])
  }
  const data = Buffer.concat([
    await of(1, 0),
    await of(2, 3),
    marker(1, 6, 0),
    await of(1, 7),
    marker(2, 10, 0),
    marker(1, 11, 1),
    await of(2, 12),
    marker(2, 15, 1),
  ])
  const aborted = [
    { producerId: 2, firstOffset: 3 },
    { producerId: 1, firstOffset: 0 },
  ]
  expect([...decodeBatches(data, 0, aborted)].map(r => r.offset)).toEqual([7, 8, 9, 12, 13, 14])
  expect(nextOffset(data, 0)).toBe(16)
})
