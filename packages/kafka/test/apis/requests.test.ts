import { createRequire } from 'node:module'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fetchV11 } from '../../src/apis/fetch-v11.ts'
import { EARLIEST, LATEST, listOffsetsV2 } from '../../src/apis/list-offsets-v2.ts'

interface Encoder {
  readonly buffer: Buffer
  writeInt16(n: number): Encoder
  writeInt32(n: number): Encoder
  writeInt64(n: string): Encoder
  writeString(text: string): Encoder
  writeArray(encoders: readonly Encoder[]): Encoder
}
type Request = (request: object) => { encode(): Promise<Encoder> }
type Response = { decode(bytes: Buffer): Promise<{ responses: { topicName: string; partitions: object[] }[] }> }

const require = createRequire(import.meta.url)
const theirs = (name: string) => require(`kafkajs/src/protocol/${name}`) as unknown
const theirFetch = theirs('requests/fetch/v11/request') as Request
const theirFetchResponse = theirs('requests/fetch/v11/response') as Response
const theirListOffsets = theirs('requests/listOffsets/v2/request') as Request
const TheirEncoder = theirs('encoder') as new () => Encoder

const offset = fc.maxSafeNat()
const int32 = fc.nat(2 ** 31 - 1)

it('encodes Fetch requests byte for byte as kafkajs does', async () => {
  const partition = fc.record({ partition: int32, from: offset })
  const topics = fc.array(fc.record({ topic: fc.string(), partitions: fc.array(partition, { maxLength: 4 }) }))
  const request = fc.record({ waitMs: int32, mostBytes: int32, mostBytesAPartition: int32, topics })
  await fc.assert(
    fc.asyncProperty(request, async r => {
      const { buffer } = await theirFetch({
        ...{ replicaId: -1, maxWaitTime: r.waitMs, minBytes: 1, maxBytes: r.mostBytes, isolationLevel: 1 },
        topics: r.topics.map(({ topic, partitions }) => ({
          topic,
          partitions: partitions.map(({ partition, from }) => ({
            ...{ partition, fetchOffset: String(from), maxBytes: r.mostBytesAPartition },
          })),
        })),
      }).encode()
      expect(Buffer.concat(fetchV11.encode(r)).equals(buffer)).toBe(true)
    }),
  )
})

it('decodes Fetch responses as kafkajs does, and the bytes of their records', async () => {
  const aborted = fc.record({ producerId: offset, firstOffset: offset })
  const partition = fc.record({
    ...{ partition: int32, errorCode: fc.nat(100), highWatermark: offset, lastStableOffset: offset },
    aborted: fc.array(aborted, { maxLength: 3 }),
  })
  const topics = fc.array(
    fc.record({ topic: fc.string({ unit: 'grapheme' }), partitions: fc.array(partition, { maxLength: 3 }) }),
  )
  await fc.assert(
    fc.asyncProperty(topics, async of => {
      const { buffer } = new TheirEncoder()
        .writeInt32(0)
        .writeInt16(0)
        .writeInt32(0)
        .writeArray(
          of.map(({ topic, partitions }) =>
            new TheirEncoder().writeString(topic).writeArray(
              partitions.map(p =>
                new TheirEncoder()
                  .writeInt32(p.partition)
                  .writeInt16(p.errorCode)
                  .writeInt64(String(p.highWatermark))
                  .writeInt64(String(p.lastStableOffset))
                  .writeInt64('0')
                  .writeArray(
                    p.aborted.map(({ producerId, firstOffset }) =>
                      new TheirEncoder().writeInt64(String(producerId)).writeInt64(String(firstOffset)),
                    ),
                  )
                  .writeInt32(-1)
                  .writeInt32(0),
              ),
            ),
          ),
        )
      const expected = (await theirFetchResponse.decode(buffer)).responses.flatMap(({ topicName, partitions }) =>
        partitions.map(p => ({ topic: topicName, ...p })),
      )
      const found = fetchV11.decode(buffer).partitions.map(p => ({
        topic: p.topic,
        partition: p.partition,
        errorCode: p.errorCode,
        highWatermark: String(p.highWatermark),
        lastStableOffset: String(p.lastStableOffset),
        abortedTransactions: p.aborted.map(a => ({
          producerId: String(a.producerId),
          firstOffset: String(a.firstOffset),
        })),
        messages: [...p.data],
      }))
      expect(expected).toMatchObject(found)
      expect(found).toHaveLength(expected.length)
    }),
  )
})

it('encodes ListOffsets requests byte for byte as kafkajs does', async () => {
  const request = fc.record({
    ...{ topic: fc.string(), partition: int32 },
    timestamp: fc.oneof(fc.constantFrom(EARLIEST, LATEST), offset),
  })
  await fc.assert(
    fc.asyncProperty(request, async ({ topic, partition, timestamp }) => {
      const { buffer } = await theirListOffsets({
        ...{ replicaId: -1, isolationLevel: 0, topics: [{ topic, partitions: [{ partition, timestamp }] }] },
      }).encode()
      expect(Buffer.concat(listOffsetsV2.encode({ topic, partition, timestamp })).equals(buffer)).toBe(true)
    }),
  )
})
