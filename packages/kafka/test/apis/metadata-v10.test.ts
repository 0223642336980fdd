import { expect, it } from 'vitest'
import { idOf, metadataV10 } from '../../src/apis/metadata-v10.ts'

const ID = '0123456789abcdef0123456789abcdef'
const compact = (text: string) => Buffer.from([text.length + 1, ...Buffer.from(text)])
const int32 = (n: number) => Buffer.from([0, 0, 0, n])

/** As Kafka answers, with a tagged field in the header. */
const response = (id: string, errorCode = 0) =>
  Buffer.concat([
    Buffer.from([1, 7, 2, 0xaa, 0xbb]), // tags of the header: one, number 7, of two bytes
    int32(0), // throttle time
    Buffer.from([2]), // one broker
    ...[int32(1), compact('kafka'), int32(92), Buffer.from([0]), Buffer.from([0])], // rack is null
    ...[compact('cluster'), int32(1), Buffer.from([2])],
    ...[Buffer.from([0, errorCode]), compact('trades'), Buffer.from(id, 'hex'), Buffer.from([0, 1])],
  ])

it('asks for one topic by its name', () => {
  const bytes = Buffer.concat(metadataV10.encode({ topic: 'trades' }))
  const expected = [0, 2, ...Array.from({ length: 16 }, () => 0), 7, ...Buffer.from('trades'), 0, 0, 0, 0, 0]
  expect([...bytes]).toEqual(expected)
})

it('encodes names of more than 127 bytes', () => {
  const bytes = Buffer.concat(metadataV10.encode({ topic: 'x'.repeat(249) }))
  expect([...bytes.subarray(18, 20)]).toEqual([0xfa, 1])
})

it('reads the id of the topic', () => {
  const found = metadataV10.decode(response(ID))!
  expect(found).toEqual({ errorCode: 0, topicId: ID })
  expect(idOf(found)).toBe(ID)
  expect(idOf(metadataV10.decode(response('0'.repeat(32)))!)).toBeUndefined()
})
