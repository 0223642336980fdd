import fc from 'fast-check'
import { expect, it } from 'vitest'
import { byKey } from '../src/by-key.ts'
import type { LogRecord } from '../src/log.ts'

const record = (key: string | null, offset: number): LogRecord => ({ key, offset, timestamp: 0, value: null })

it('keeps every record, the order of each key, and keys in the order of their first records', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', 'c', null)), keys => {
      const records = keys.map(record)
      const expected = [...Map.groupBy(records, r => r.key).values()].flat()
      expect(byKey(records)).toEqual(expected)
    }),
  )
})
