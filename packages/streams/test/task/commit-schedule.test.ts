import { expect, it } from 'vitest'
import { CommitSchedule } from '../../src/task/commit-schedule.ts'

const INTERVAL_MS = 200
const nothing = { records: 0, outputs: 0, hasChanges: false }
const quiet = { records: 10, outputs: 0, hasChanges: true }
const outputs = { records: 10, outputs: 1, hasChanges: true }

it('commits after one interval with outputs, after five without, after 1 s with history, and after 5 s when far behind', () => {
  const schedule = new CommitSchedule(INTERVAL_MS, 0)
  expect(schedule.dueMs(outputs, 'live')).toBe(200)
  expect(schedule.dueMs(quiet, 'live')).toBe(1000)
  expect(schedule.dueMs(outputs, 'history')).toBe(1000)
  expect(new CommitSchedule(3000, 0).dueMs(outputs, 'history')).toBe(3000)
  expect(schedule.dueMs(outputs, 'far behind')).toBe(5000)
  expect(schedule.committed(outputs, 50, false)).toBe(10)
  expect(schedule.dueMs(outputs, 'live')).toBe(250)
})

it('writes the group’s offsets once a second, and once more after the last transaction', () => {
  const schedule = new CommitSchedule(INTERVAL_MS, 0)
  expect(schedule.writesOffsets(999)).toBe(false)
  expect(schedule.writesOffsets(1000)).toBe(true)
  schedule.committed(outputs, 1000, true)
  expect(schedule.hasWork(nothing)).toBe(false)
  expect(schedule.dueMs(nothing, 'live')).toBe(Number.POSITIVE_INFINITY)
  schedule.committed(outputs, 1300, false)
  expect(schedule.hasWork(nothing)).toBe(true)
  expect(schedule.dueMs(nothing, 'live')).toBe(2000)
})

it('writes the offsets after a restore, because they are not known then', () => {
  const schedule = new CommitSchedule(INTERVAL_MS, 500)
  expect(schedule.hasWork(nothing)).toBe(true)
  expect(schedule.dueMs(nothing, 'live')).toBe(1500)
})

it('commits before it is due when there are many records or outputs', () => {
  const schedule = new CommitSchedule(INTERVAL_MS, 0)
  expect(schedule.isFull({ ...quiet, records: 4_000_000 })).toBe(true)
  expect(schedule.committed({ ...quiet, records: 4_000_000 }, 0, false)).toBe(4_000_000)
  expect(schedule.isFull({ ...quiet, records: 7_999_999 })).toBe(false)
  expect(schedule.isFull({ ...outputs, outputs: 20_000 })).toBe(true)
})
