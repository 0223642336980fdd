import { expect, it } from 'vitest'
import { Cursor } from '../../src/kafka/cursor.ts'
import { FetchedRecords } from '../../src/kafka/fetched-records.ts'
import { KeyIndex } from '../../src/kafka/key-index.ts'

const varint = (n: number): number[] => {
  const bytes = []
  let rest = n < 0 ? -2 * n - 1 : 2 * n
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest]
}
const field = (bytes: Buffer | string | null) =>
  bytes === null ? [...varint(-1)] : [...varint(Buffer.byteLength(bytes)), ...Buffer.from(bytes)]

const FIRST = { offset: 2 ** 40, timestamp: 1.8e12 }

/** The records' keys, values and headers as they lie in a batch, one after the other. */
function fetched(
  ...records: { key: Buffer | string | null; value: string | null; headers?: Record<string, string> }[]
) {
  const bytes = records.map(({ key, value, headers = {} }) => {
    const pairs = Object.entries(headers)
    return Buffer.from([...field(key), ...field(value), ...varint(pairs.length), ...pairs.flat().flatMap(field)])
  })
  const data = Buffer.concat(bytes)
  const found = new FetchedRecords(records.length, new KeyIndex())
  let at = 0
  for (const [i, { length }] of bytes.entries()) {
    found.add(new Cursor(data, at), FIRST, i, i)
    at += length
  }
  return found
}

const RECORDS = [
  { key: 'BTC/USD', value: 'first' },
  { key: null, value: null },
  { key: Buffer.of(0xff, 0x41), value: '', headers: { control: 'gap', more: '' } },
  { key: '', value: 'last' },
]
const EXPECTED = RECORDS.map(({ key, value, headers }, i) => ({
  offset: 2 ** 40 + i,
  timestamp: 1.8e12 + i,
  key: key === null ? null : String(key),
  value: value === null ? null : Buffer.from(value),
  headers,
}))
const fields = ['offset', 'timestamp', 'key', 'value', 'headers'] as const
const plain = (record: object) => Object.fromEntries(fields.map(name => [name, record[name as never]]))

it('gives records by their index, from either end, each time the same object', () => {
  const records = fetched(...RECORDS)
  expect(RECORDS.map((_, i) => plain(records.at(i)!))).toEqual(EXPECTED)
  expect(plain(records.at(-1)!)).toEqual(EXPECTED[3])
  expect([records.at(4), records.at(-5)]).toEqual([undefined, undefined])
  expect(records.at(0)).toBe(records.at(1))
})

it('gives records that last when it is iterated', () => {
  expect([...fetched(...RECORDS)].map(plain)).toEqual(EXPECTED)
})

it('says where a key lies beside its value', () => {
  const { bytes, keyStart, keyEnd, start, end } = fetched({ key: 'BTC/USD', value: 'first' }).at(0)!
  expect(bytes!.toString('utf8', keyStart, keyEnd)).toBe('BTC/USD')
  expect(bytes!.toString('utf8', start, end)).toBe('first')
})

it('has the same number for equal keys, and none for one that is no UTF-8', () => {
  const keys = ['A/B', 'C/D', 'A/B', Buffer.of(0xff), null].map(key => ({ key, value: '' }))
  const [a, c, again, ...none] = [...fetched(...keys)].map(r => r.keyNumber)
  expect(again).toBe(a)
  expect(c).not.toBe(a)
  expect(none).toEqual([undefined, undefined])
})

it('knows its keys when their numbers have been given to others since', () => {
  const old = fetched({ key: 'OLD/USD', value: '' })
  const many = Array.from({ length: 70_000 }, (_, i) => ({ key: `KEY-${i}`, value: '' }))
  const found = fetched(...many)
  const later = fetched({ key: 'NEW/USD', value: '' }, { key: 'KEY-3', value: '' })
  expect([...later].map(r => r.key)).toEqual(['NEW/USD', 'KEY-3'])
  expect([...found].map(r => r.key)).toEqual(many.map(r => r.key))
  expect(old.at(0)!.key).toBe('OLD/USD')
})

it('uses the memory of those that are released again', () => {
  const of = (key: string) => fetched(...Array.from({ length: 5000 }, () => ({ key, value: '' })))
  const first = of('A/B')
  first.release()
  const second = of('LONGER/USD')
  expect([first, second].map(records => records.at(7)!.keyEnd! - records.at(7)!.keyStart!)).toEqual([10, 10])
})
