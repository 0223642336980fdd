import fc from 'fast-check'
import { expect, it } from 'vitest'
import { KeyInterner } from '../../src/memory/key-interner.ts'
import { LazyRecords } from '../../src/memory/lazy-records.ts'

const varint = (n: number): number[] => {
  const bytes = []
  let rest = n < 0 ? -2 * n - 1 : 2 * n
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80)
  return [...bytes, rest]
}
const field = (bytes: Buffer | string | null) =>
  bytes === null ? [...varint(-1)] : [...varint(Buffer.byteLength(bytes)), ...Buffer.from(bytes)]

const FIRST = { baseOffset: 2 ** 40, timestamp: 1.8e12, isTimeOfAll: false }

interface Fields {
  readonly key: Buffer | string | null
  readonly value: string | null
  readonly headers?: Record<string, string>
}

/** Batches of one record each, with other bytes around it. */
function fetched(records: readonly Fields[], keys = new KeyInterner(), batch = FIRST) {
  const found = new LazyRecords(records.length, keys)
  for (const [i, { key, value, headers = {} }] of records.entries()) {
    const pairs = Object.entries(headers)
    const fields = [...field(key), ...field(value), ...varint(pairs.length), ...pairs.flat().flatMap(field)]
    found.begin({ ...batch, bytes: Buffer.from([0xee, 0, ...varint(i), ...varint(i), ...fields, 0xee]) })
    found.add(1)
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

it('returns records by index from either end, always as the same object', () => {
  const records = fetched(RECORDS)
  expect(RECORDS.map((_, i) => plain(records.at(i)!))).toEqual(EXPECTED)
  expect(plain(records.at(-1)!)).toEqual(EXPECTED[3])
  expect([records.at(4), records.at(-5)]).toEqual([undefined, undefined])
  expect(records.at(0)).toBe(records.at(1))
})

it('returns records that can be kept when it is iterated', () => {
  expect([...fetched(RECORDS)].map(plain)).toEqual(EXPECTED)
})

it('returns the positions of a record’s key and value', () => {
  const { bytes, keyStart, keyEnd, start, end } = fetched([{ key: 'BTC/USD', value: 'first' }]).at(0)!
  expect(bytes!.toString('utf8', keyStart, keyEnd)).toBe('BTC/USD')
  expect(bytes!.toString('utf8', start, end)).toBe('first')
})

it('returns the same id for equal keys, and none for a key that is not UTF-8', () => {
  const keys = ['A/B', 'C/D', 'A/B', Buffer.of(0xff), null].map(key => ({ key, value: '' }))
  const [a, c, again, ...none] = [...fetched(keys)].map(r => r.keyId)
  expect(again).toBe(a)
  expect(c).not.toBe(a)
  expect(none).toEqual([undefined, undefined])
})

it('returns the right keys after their ids were assigned again', () => {
  const interner = new KeyInterner()
  const old = fetched([{ key: 'OLD/USD', value: '' }], interner)
  const kept = [...old]
  const many = Array.from({ length: 70_000 }, (_, i) => ({ key: `KEY-${i}`, value: '' }))
  const found = fetched(many, interner)
  expect([...found].map(r => r.key)).toEqual(many.map(r => r.key))
  const later = fetched(
    [
      { key: 'NEW/USD', value: '' },
      { key: 'KEY-3', value: '' },
    ],
    interner,
  )
  expect([...later].map(r => [r.key, r.keyId])).toEqual([
    ['NEW/USD', 0],
    ['KEY-3', 1],
  ])
  expect([old.at(0)!.key, old.at(0)!.keyId, kept[0]!.key]).toEqual(['OLD/USD', undefined, 'OLD/USD'])
})

it('returns records of many batches in any order', () => {
  const records = fetched(Array.from({ length: 50 }, (_, i) => ({ key: `${i % 7}`, value: String(i) })))
  fc.assert(
    fc.property(fc.array(fc.nat(49)), indices => {
      for (const i of indices) expect(String(records.at(i)!.value)).toBe(String(i))
    }),
  )
})

it('returns the batch’s time if all records have it', () => {
  const [, second] = [...fetched(RECORDS, new KeyInterner(), { ...FIRST, isTimeOfAll: true })]
  expect(second!.timestamp).toBe(1.8e12)
})

it('reuses the memory of released records', () => {
  const of = (...starts: readonly number[]) => {
    const records = new LazyRecords(20_000, new KeyInterner())
    records.begin({
      ...FIRST,
      bytes: Buffer.from([0, 0, 0, ...field('A'), ...field('a'), 0, 0, 0, 0, ...field('B'), 1, 0]),
    })
    for (const start of starts) records.add(start)
    return records
  }
  const first = of(0)
  first.release()
  const second = of(8)
  expect([first, second].map(records => records.at(0)!.key)).toEqual(['B', 'B'])
})
