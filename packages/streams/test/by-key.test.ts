import fc from 'fast-check'
import { expect, it } from 'vitest'
import { byKey } from '../src/by-key.ts'
import type { LogRecord } from '../src/log.ts'

const record = (key: string | null, offset: number): LogRecord => ({ key, offset, timestamp: 0, value: null })
/** As a log has them that numbers its keys, but for those that are null or `unnumbered`. */
const numbered = (key: string | null, offset: number): LogRecord => {
  const keyNumber = key === null || key === 'unnumbered' ? undefined : 3000 * (key.charCodeAt(0) - 97)
  return { ...record(key, offset), keyNumber }
}

/** @returns the records as they are met, and as they are taken: of each third one more than its slot is needed. */
function orders(records: readonly LogRecord[]): [LogRecord[], LogRecord[]] {
  const [met, taken]: [LogRecord[], LogRecord[]] = [[], []]
  const turns: (string | null)[] = []
  const kept = new Map<number, LogRecord>()
  const take = (index: number) => {
    expect(records[index]!.key).toBe(turns.at(-1))
    taken.push(records[index]!)
  }
  byKey(records, {
    meet(record, slot) {
      met.push(record)
      if (met.length % 3 === 0) return false
      expect(kept.has(slot)).toBe(false)
      kept.set(slot, record)
      return true
    },
    turnTo(index, keyNumber) {
      expect(records[index]!.keyNumber).toBe(keyNumber)
      turns.push(records[index]!.key)
    },
    take(slot, index) {
      expect(kept.get(slot)).toBe(records[index])
      take(index)
    },
    takeWhole(index) {
      expect(index % 3).toBe(2)
      take(index)
    },
  })
  expect(turns).toEqual([...new Set(turns)])
  return [met, taken]
}

it.each([
  ['keys', record],
  ['numbers of keys', numbered],
])('keeps every record, the order of each key, and keys in the order of their first records, by %s', (_, recordOf) => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'unnumbered', null)), keys => {
      const records = keys.map(recordOf)
      const expected = [...Map.groupBy(records, r => r.key).values()].flat()
      expect(orders(records)).toEqual([records, expected])
    }),
  )
})

it('orders more records than before', () => {
  const records = Array.from({ length: 5000 }, (_, i) => numbered('abc'[i % 3]!, i))
  expect(orders(records)[1]).toEqual([...Map.groupBy(records, r => r.key).values()].flat())
})

it("lays the slots of a key's records side by side, four and four", () => {
  const records = Array.from({ length: 30 }, (_, i) => numbered('abc'[i % 3]!, i))
  const slots: number[] = []
  byKey(records, { meet: () => true, turnTo() {}, take: slot => slots.push(slot), takeWhole() {} })
  const block = (first: number) => [first, first + 1, first + 2, first + 3]
  const ofKey = (n: number) => [...block(4 * n), ...block(4 * n + 12), ...block(4 * n + 24).slice(0, 2)]
  expect(slots).toEqual([0, 1, 2].flatMap(ofKey))
})

it('lets many keys take their turns by their numbers, after those without one', () => {
  const numbers = Array.from({ length: 3000 }, (_, i) => (i % 7 === 0 ? undefined : (i * 7919) % 1000))
  const records = numbers.map((keyNumber, i) => ({ ...record(`${keyNumber}`, i), keyNumber }))
  const expected = records.toSorted((a, b) => (a.keyNumber ?? -1) - (b.keyNumber ?? -1))
  expect(orders(records)).toEqual([records, expected])
})

it('begins anew after an error', () => {
  const records = ['a', 'b', 'a'].map(numbered)
  const fail = () => {
    throw new Error('the processor failed')
  }
  expect(() => byKey(records, { meet: () => true, turnTo() {}, take: fail, takeWhole() {} })).toThrow(
    'the processor failed',
  )
  expect(orders(records.slice(1))[1].map(r => r.key)).toEqual(['b', 'a'])
})
