import { expect, it } from 'vitest'
import { OutgoingBatches } from '../../src/client/outgoing-batches.ts'
import type { OutRecord } from '../../src/log.ts'
import { decodeBatches } from '../../src/wire/record-batch-reader.ts'

const SEALING = { isTransactional: true, producerId: 1n, producerEpoch: 0, firstSequence: 0, now: 0 }
const record = (partition: number, value: string, topic = 't'): OutRecord => ({ topic, partition, key: 'k', value })

/** @returns the batches of each request: their partition and the values of their records. */
function sent(records: readonly OutRecord[]): [where: string, values: string[]][][] {
  const outgoing = new OutgoingBatches()
  for (const r of records) outgoing.push(r)
  expect(outgoing.length).toBe(records.length)
  return [...outgoing.sends()].map(send =>
    send.map(({ topic, partition, batch }) => {
      const found = [...decodeBatches(Buffer.from(batch.sealed(SEALING)), 0, [])]
      expect(found).toHaveLength(batch.count)
      return [`${topic}/${partition}`, found.map(({ value }) => String(value))]
    }),
  )
}

it('makes one batch of each partition, in order', () => {
  expect(sent([record(0, 'a'), record(1, 'b'), record(0, 'c'), record(0, 'd', 'u')])).toEqual([
    [
      ['t/0', ['a', 'c']],
      ['t/1', ['b']],
      ['u/0', ['d']],
    ],
  ])
  expect(sent([])).toEqual([])
})

it('begins another request when a batch is full, counting bytes and not characters', () => {
  const wide = 'é'.repeat(200 << 10)
  const records = [record(0, `1 ${wide}`), record(0, `2 ${wide}`), record(1, 'other'), record(0, `3 ${wide}`)]
  const sends = sent(records)
  expect(sends.map(send => send.map(([where, values]) => [where, ...values.map(v => v.slice(0, 1))]))).toEqual([
    [
      ['t/0', '1', '2'],
      ['t/1', 'o'],
    ],
    [['t/0', '3']],
  ])
})

it('limits a request to 8 MiB, unless a single record is larger', () => {
  const records = Array.from({ length: 20 }, (_, p) => record(p, 'x'.repeat(800 << 10)))
  expect(sent(records).map(send => send.length)).toEqual([10, 10])
  expect(sent([record(0, 'x'.repeat(9 << 20)), record(1, 'y')]).map(send => send.length)).toEqual([1, 1])
})

it('gives its memory back for the next batches without changing them', () => {
  const first = new OutgoingBatches()
  for (let i = 0; i < 1000; i++) first.push(record(0, `first ${i} ${'x'.repeat(200)}`))
  const [before] = [...first.sends()][0]!
  const { buffer } = before!.batch.sealed(SEALING)
  first.release()
  const second = new OutgoingBatches()
  for (let i = 0; i < 1000; i++) second.push(record(0, `second ${i} ${'y'.repeat(200)}`))
  const [after] = [...second.sends()][0]!
  const bytes = after!.batch.sealed(SEALING)
  expect(bytes.buffer === buffer).toBe(true)
  expect([...decodeBatches(Buffer.from(bytes), 0, [])].map(r => String(r.value).split(' ')[0])).toEqual(
    Array.from({ length: 1000 }, () => 'second'),
  )
})
