import { expect, it } from 'vitest'
import type { FetchedPartition } from '../../src/apis/fetch-v11.ts'
import { readRange } from '../../src/client/range-reader.ts'
import type { FetchFrom, ReadClient } from '../../src/client/read-client.ts'
import { RecordBatchWriter } from '../../src/wire/record-batch-writer.ts'

const SEALING = { isTransactional: false, producerId: 1n, producerEpoch: 0, firstSequence: 0, now: 0 }

/** A batch of records at the offsets from `base` on. */
function batch(base: number, values: readonly string[]): Buffer {
  const writer = new RecordBatchWriter()
  for (const value of values) writer.add({ key: 'k', value })
  const data = Buffer.from(writer.sealed(SEALING))
  data.writeBigInt64BE(BigInt(base), 0)
  return data
}

/** A batch whose records compaction has all removed: only its header is left, which keeps the last offset. */
function emptied(base: number, count: number): Buffer {
  const data = batch(
    base,
    Array.from({ length: count }, () => ''),
  ).subarray(0, 61)
  data.writeInt32BE(61 - 12, 8)
  data.writeInt32BE(0, 57)
  return data
}

/** A partition that has the batches, by the offset of a fetch, and nothing behind them. */
function partitionOf(batches: Readonly<Record<number, Buffer>>, lastStableOffset: () => number) {
  const asked: number[] = []
  const client: Pick<ReadClient, 'fetch' | 'leaders' | 'recover'> = {
    leaders: async of => new Map([[1, [...of]]]),
    recover: async () => {},
    async fetch(_, [of]: readonly FetchFrom[]) {
      asked.push(of!.from)
      const data = batches[of!.from] ?? Buffer.alloc(0)
      const fetched: FetchedPartition = {
        ...{ topic: 't', partition: 0, errorCode: 0, aborted: [], release() {} },
        ...{ data, highWatermark: lastStableOffset(), lastStableOffset: lastStableOffset() },
      }
      return { partitions: [fetched] }
    },
  }
  const read = async (to: number) => {
    const found: string[] = []
    for await (const records of readRange(client as ReadClient, 't', 0, 0, to))
      found.push(...records.map(r => String(r.value)))
    return found
  }
  return { read, asked }
}

it('ends before offsets that are never delivered, such as those of Redpanda’s transaction fences', async () => {
  const { read, asked } = partitionOf({ 0: batch(0, ['a', 'b']) }, () => 5)
  expect(await read(5)).toEqual(['a', 'b'])
  expect(asked).toEqual([0, 2, 2, 2])
})

it('ends behind batches that compaction has emptied', async () => {
  const { read, asked } = partitionOf({ 0: Buffer.concat([batch(0, ['a']), emptied(1, 3)]), 4: emptied(4, 2) }, () => 6)
  expect(await read(6)).toEqual(['a'])
  expect(asked).toEqual([0, 4])
})

it('waits for a transaction that is still open, even after many fetches without records', async () => {
  const batches: Record<number, Buffer> = {}
  let fetches = 0
  const { read } = partitionOf(batches, () => {
    if (++fetches < 10) return 0
    batches[0] = batch(0, ['a', 'late'])
    return 2
  })
  expect(await read(2)).toEqual(['a', 'late'])
})
