import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import type { FetchedPartition, FetchResponse } from '../../src/apis/fetch-v11.ts'
import { Fetcher } from '../../src/client/fetcher.ts'
import type { FetchFrom, ReadClient } from '../../src/client/read-client.ts'
import { RecordBatchWriter } from '../../src/wire/record-batch-writer.ts'

/** A batch of one record whose value has so many bytes. */
function batch(bytes: number): Buffer {
  const writer = new RecordBatchWriter()
  writer.add({ key: 'k', value: Buffer.alloc(bytes) })
  return writer.sealed({ isTransactional: false, producerId: 1n, producerEpoch: 0, firstSequence: 0, now: 0 })
}

/** A broker that leads every partition and answers when the test says so. */
function brokerOf() {
  const asked: { readonly partitions: readonly number[]; answer(of: Partial<FetchedPartition>[]): void }[] = []
  const client = {
    async leaders(requests: readonly FetchFrom[]) {
      await turn()
      return new Map([[1, [...requests]]])
    },
    fetch(_leader: number, requests: readonly FetchFrom[]): Promise<FetchResponse> {
      const { promise, resolve } = Promise.withResolvers<FetchResponse>()
      const answer = (of: Partial<FetchedPartition>[]) =>
        resolve({
          partitions: of.map(p => ({
            topic: 't',
            aborted: [],
            errorCode: 0,
            highWatermark: 9,
            lastStableOffset: 9,
            release() {},
            ...p,
          })) as FetchedPartition[],
        })
      asked.push({ partitions: requests.map(r => r.partition), answer })
      return promise
    },
  }
  return { asked, fetcher: new Fetcher(client as unknown as ReadClient, () => {}) }
}

const fetched = (partition: number, bytes: number): Partial<FetchedPartition> => ({ partition, data: batch(bytes) })

it('fetches for a reader that gets room while the leaders of other readers are looked up', async () => {
  const { asked, fetcher } = brokerOf()
  const full = fetcher.reader('t', 0, 0)
  await expect.poll(() => asked.length).toBe(1)
  fetcher.reader('t', 1, 0)
  // This fills the reader, so that the next fetch is planned for the other reader alone; before that fetch is sent, this
  // reader has room again.
  asked[0]!.answer([fetched(0, 3 << 20)])
  await Promise.resolve()
  await Promise.resolve()
  while (!full.poll()) await Promise.resolve()
  await expect.poll(() => asked.length).toBe(2)
  expect(asked[1]!.partitions.toSorted()).toEqual([0, 1])
  fetcher.close()
})

it('moves a partition that received records to the end of the next request', async () => {
  const { asked, fetcher } = brokerOf()
  for (const partition of [0, 1, 2]) fetcher.reader('t', partition, 0)
  await expect.poll(() => asked.at(-1)?.partitions.length).toBe(3)
  for (const [answered, next] of [
    [0, [1, 2, 0]],
    [1, [2, 0, 1]],
  ] as const) {
    const before = asked.length
    asked.at(-1)!.answer([fetched(answered, 10)])
    await expect.poll(() => asked.length).toBe(before + 1)
    expect(asked.at(-1)!.partitions).toEqual(next)
  }
  fetcher.close()
})
