import { expect, it } from 'vitest'
import type { LogRecord } from '../../src/index.ts'
import { CatchUp } from '../../src/task/catch-up.ts'
import { MAX_OUTPUTS } from '../../src/task/commit-schedule.ts'
import type { RestoredTask } from '../../src/task/restore.ts'
import type { TaskLife } from '../../src/task/task-life.ts'

/** Whoever deletes the input and makes it again may do so while skipped records are read, before the reader finds out. */
it('has the input compared before each commit of records that were read again', async () => {
  const events: string[] = []
  const record = (offset: number): LogRecord => ({ offset, timestamp: 0, key: 'a', value: null })
  const task = {
    identity: { suspect: (which: string) => events.push(`suspect ${which}`) },
    options: {
      partition: 0,
      topics: { input: 'in' },
      log: {
        offsets: async () => ({ start: 0, end: 2 }),
        read: async function* () {
          yield [record(0)]
          yield [record(1)]
        },
      },
    },
    processor: {
      outputs: MAX_OUTPUTS,
      keysToWarmUp: () => new Map(),
      rereadRange: () => ({ from: 0, to: 2 }),
      reread: (records: readonly LogRecord[]) => events.push(`reread ${records[0]!.offset}`),
      endReread: () => events.push('end'),
    },
  }
  const commit = async () => void events.push('commit')
  await new CatchUp(task as unknown as RestoredTask<unknown>, { isEnding: false } as TaskLife, commit).run()
  expect(events).toEqual([
    ...['reread 0', 'suspect input', 'commit'],
    ...['reread 1', 'suspect input', 'commit'],
    ...['suspect input', 'end'],
  ])
})
