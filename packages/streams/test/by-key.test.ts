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

it.each([
  ['keys', record],
  ['numbers of keys', numbered],
])('keeps every record, the order of each key, and keys in the order of their first records, by %s', (_, recordOf) => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', 'unnumbered', null)), keys => {
      const records = keys.map(recordOf)
      const expected = [...Map.groupBy(records, r => r.key).values()].flat()
      expect(byKey(records)).toEqual(expected)
    }),
  )
})

it('orders more records than before', () => {
  const records = Array.from({ length: 5000 }, (_, i) => numbered('abc'[i % 3]!, i))
  expect(byKey(records)).toEqual([...Map.groupBy(records, r => r.key).values()].flat())
})
