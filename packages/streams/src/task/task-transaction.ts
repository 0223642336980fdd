import type { GroupOffsets } from '@candlewick/kafka/log'
import { type Positions, positionRecord } from '../state/changelog.ts'
import type { CommitSchedule } from './commit-schedule.ts'
import type { RestoredTask } from './restore.ts'
import type { TaskOptions } from './task-options.ts'

/** Commits what a task has processed. */
export class TaskTransaction<State> {
  readonly #task: RestoredTask<State>
  readonly #schedule: CommitSchedule
  /** Called with the metrics of each transaction. */
  readonly #report: TaskOptions<State>['count']

  constructor(task: RestoredTask<State>, schedule: CommitSchedule, report: TaskOptions<State>['count']) {
    this.#task = task
    this.#schedule = schedule
    this.#report = report
  }

  /**
   * Runs one transaction, in this order:
   *
   * 1. Every partition that a control record has named is known to exist.
   * 2. Metrics are reported. If the commit's outcome stays unknown they may be counted twice, but never lost.
   * 3. The outputs are written, with markers, handovers, questions and dead letters, in the order in which they came.
   * 4. The states of the keys that have changed are written to the changelog.
   * 5. The positions that these states belong to are written to the changelog.
   * 6. Once a second, and at the end, the group's offsets are written, for those who watch its lag. Nothing reads them
   *    back; in each transaction they would be two of its five round trips.
   * 7. The transaction is committed.
   *
   * @param isLast whether the task ends after this
   * @throws Fenced, or any error: the outcome is unknown then, and only the changelog can tell it
   */
  async commit(isLast: boolean): Promise<void> {
    const { producer, processor: partitionProcessor, countCheck, counts, options } = this.#task
    const { log, clock, partition, changelog, topics, tracing } = options
    // 1
    await countCheck.confirm(log, topics.input, partition)
    const startedAt = clock.now()
    const positions: Positions = { ...partitionProcessor.positions }
    // 3, 4
    const { records, outputs, dueMs } = partitionProcessor.take(changelog)
    // 2
    for (const [name, by] of counts.take()) this.#report(name, by)
    // 5
    records.push(positionRecord(changelog, partition, positions))
    // 6, 7
    const writesOffsets = isLast || this.#schedule.writesOffsets(startedAt)
    await producer.transact(records, writesOffsets ? this.#offsets(positions) : undefined)
    tracing?.written()
    const ms = clock.now() - startedAt
    const count = this.#schedule.committed(partitionProcessor, clock.now(), writesOffsets)
    const wallMs = clock.wall()
    const delaysMs = dueMs.map(due => wallMs - due)
    options.observe({ type: 'committed', partition, records: count, outputs, ms, delaysMs })
  }

  #offsets({ input, handovers }: Positions): GroupOffsets {
    const { group, topics, partition } = this.#task.options
    const positions = [
      { topic: topics.input, partition, offset: input },
      { topic: topics.handovers, partition, offset: handovers },
    ]
    return { group, positions }
  }
}
