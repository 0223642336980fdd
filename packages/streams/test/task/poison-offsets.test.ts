import { expect, it } from 'vitest'
import { PoisonOffsets } from '../../src/task/poison-offsets.ts'

it('remembers the newest 10,000 offsets, and reports when it forgets one', () => {
  const offsets = new PoisonOffsets()
  const forgotten = Array.from({ length: 10_002 }, (_, offset) => offset).filter(offset => offsets.add(offset))
  expect(forgotten).toEqual([10_000, 10_001])
  expect([offsets.all.size, offsets.all.has(1), offsets.all.has(2)]).toEqual([10_000, false, true])
  expect(offsets.add(10_001)).toBe(false)
})
