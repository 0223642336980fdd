import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { produceV3 } from '../../src/apis/produce-v3.ts'
import { crc32c } from '../../src/wire/crc32c.ts'
import { RecordBatchWriter } from '../../src/wire/record-batch-writer.ts'

const require = createRequire(import.meta.url)
const theirs = require('kafkajs/src/protocol/requests/produce/v3/request') as (request: object) => {
  encode(): Promise<{ readonly buffer: Buffer }>
}
const theirCrc = require('kafkajs/src/protocol/recordBatch/crc32C/crc32C') as (bytes: Uint8Array) => number

const NOW = 1_800_000_000_123

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 100, maxLength: 20_000 }))
const bytes = fc.uint8Array().map(a => Buffer.from(a))
const message = fc.record({
  key: fc.oneof(text, bytes, fc.constant(null)),
  value: fc.oneof(text, bytes, fc.constant(null)),
  headers: fc.option(fc.dictionary(fc.string({ minLength: 1 }), text, { maxKeys: 3 }), { nil: undefined }),
})
const partition = fc.record({
  partition: fc.nat(),
  firstSequence: fc.nat(),
  messages: fc.array(message, { minLength: 1, maxLength: 200, size: 'medium' }),
})
const request = fc.record({
  transactionalId: fc.option(fc.string(), { nil: undefined }),
  acks: fc.constantFrom(-1, 1),
  timeoutMs: fc.nat(),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 62n }),
  producerEpoch: fc.integer({ min: -1, max: 32767 }),
  topics: fc.array(fc.record({ topic: fc.string(), partitions: fc.array(partition, { maxLength: 3 }) }), {
    maxLength: 3,
  }),
})

type Request = typeof request extends fc.Arbitrary<infer R> ? R : never

/** kafkajs reads the clock itself. */
async function theirBytes({ topics, timeoutMs, producerId, ...rest }: Request): Promise<Buffer> {
  const { now } = Date
  Date.now = () => NOW
  try {
    const request = { ...rest, topicData: topics, timeout: timeoutMs, producerId: String(producerId) }
    return (await theirs(request).encode()).buffer
  } finally {
    Date.now = now
  }
}

/** Encodes twice, as for a request that is repeated. */
function ourBytes({ topics, ...rest }: Request): Buffer[] {
  const batched = topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ messages, ...of }) => {
      const batch = new RecordBatchWriter()
      for (const message of messages) batch.add(message)
      return { ...of, batch }
    }),
  }))
  return [NOW - 1, NOW].map(now => Buffer.concat(produceV3.encode({ ...rest, topics: batched, now })))
}

it('encodes Produce requests byte for byte as kafkajs does', async () => {
  await fc.assert(
    fc.asyncProperty(request, async r => {
      expect(ourBytes(r)[1]!.equals(await theirBytes(r))).toBe(true)
    }),
    { numRuns: 150 },
  )
})

it('computes the checksums of RFC 3720 and of kafkajs', () => {
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa | 0)
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283 | 0)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1000 }), a => crc32c(a) === (theirCrc(a) | 0)))
})
