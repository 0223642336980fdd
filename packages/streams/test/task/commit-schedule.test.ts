import { expect, it } from 'vitest'
import { Pace } from '../../src/task/commit-schedule.ts'

const INTERVAL_MS = 200
const nothing = { records: 0, outputs: 0, hasChanges: false }
const quiet = { records: 10, outputs: 0, hasChanges: true }
const outputs = { records: 10, outputs: 1, hasChanges: true }

it('waits an interval with outputs, five without any, and five seconds far behind', () => {
  const pace = new Pace(INTERVAL_MS, 0)
  expect(pace.dueMs(outputs, false)).toBe(200)
  expect(pace.dueMs(quiet, false)).toBe(1000)
  expect(pace.dueMs(outputs, true)).toBe(5000)
  expect(pace.committed(outputs, 50, false)).toBe(10)
  expect(pace.dueMs(outputs, false)).toBe(250)
})

it('writes the offsets once a second, and once more when nothing else follows', () => {
  const pace = new Pace(INTERVAL_MS, 0)
  expect(pace.tellsOffsets(999)).toBe(false)
  expect(pace.tellsOffsets(1000)).toBe(true)
  pace.committed(outputs, 1000, true)
  expect(pace.hasWork(nothing)).toBe(false)
  expect(pace.dueMs(nothing, false)).toBe(Number.POSITIVE_INFINITY)
  pace.committed(outputs, 1300, false)
  expect(pace.hasWork(nothing)).toBe(true)
  expect(pace.dueMs(nothing, false)).toBe(2000)
})

it('does not know what the offsets are after a restore', () => {
  const pace = new Pace(INTERVAL_MS, 500)
  expect(pace.hasWork(nothing)).toBe(true)
  expect(pace.dueMs(nothing, false)).toBe(1500)
})

it('commits early what is full: records since the last commit, or outputs', () => {
  const pace = new Pace(INTERVAL_MS, 0)
  expect(pace.isFull({ ...quiet, records: 4_000_000 })).toBe(true)
  expect(pace.committed({ ...quiet, records: 4_000_000 }, 0, false)).toBe(4_000_000)
  expect(pace.isFull({ ...quiet, records: 7_999_999 })).toBe(false)
  expect(pace.isFull({ ...outputs, outputs: 20_000 })).toBe(true)
})
