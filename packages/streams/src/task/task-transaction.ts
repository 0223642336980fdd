import { type GroupOffsets, RecordTooLarge } from '@candlewick/kafka/log'
import { type Positions, positionRecord } from '../state/changelog.ts'
import { RECORD_BYTES_MAX } from '../state/parts.ts'
import { StateRefused } from '../state/state-codec.ts'
import type { LargestState } from '../state/state-records.ts'
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
   * 1. It confirms that every partition named by a control record exists, and that the inputs are still the same topics.
   * 2. It reports the metrics. If the commit's outcome stays unknown they may be counted twice, but never lost.
   * 3. It writes the outputs, markers, handovers, questions and dead letters, in the order in which they were collected.
   * 4. It writes the states of the keys that have changed to the changelog.
   * 5. It writes the positions that these states belong to to the changelog, with marks that identify the input topics.
   * 6. Once a second, and at the end, it writes the group's offsets, which show the lag. No task continues from them. In every
   *    transaction they would be two of its five round trips.
   * 7. It commits.
   *
   * @param isLast whether the task ends after this
   * @throws StateRefused for a record that is larger than the broker takes
   * @throws Fenced, or any error: the outcome is then unknown, and only the changelog shows it
   */
  async commit(isLast: boolean): Promise<void> {
    const { producer, processor: partitionProcessor, countCheck, identity, counts, options } = this.#task
    const { log, clock, partition, changelog, topics, tracing } = options
    // 1
    await countCheck.confirm(log, topics.input, partition)
    await identity.confirm()
    const startedAt = clock.now()
    const positions: Positions = { ...partitionProcessor.positions }
    // 3, 4
    const { records, outputs, dueMs, largest, hasParts } = partitionProcessor.take(changelog)
    // 2
    for (const [name, by] of counts.take()) this.#report(name, by)
    // 5
    records.push(positionRecord(changelog, partition, positions, { marks: identity.marks, hasParts }))
    // 6, 7
    const writesOffsets = isLast || this.#schedule.writesOffsets(startedAt)
    await producer.transact(records, writesOffsets ? this.#offsets(positions) : undefined).catch(error => {
      throw this.#refusedForSize(error, largest) ?? error
    })
    tracing?.written()
    const ms = clock.now() - startedAt
    const count = this.#schedule.committed(partitionProcessor, clock.now(), writesOffsets)
    const wallMs = clock.wall()
    const delaysMs = dueMs.map(due => wallMs - due)
    options.observe({ type: 'committed', partition, records: count, outputs, ms, delaysMs })
  }

  /** @returns the error for a record that is larger than the broker accepts; a restore would only produce the record again. */
  #refusedForSize(error: unknown, { key, bytes }: LargestState): StateRefused | undefined {
    if (!(error instanceof RecordTooLarge)) return undefined
    const { changelog, topics, processor, recordBytesMax = RECORD_BYTES_MAX } = this.#task.options
    const isState = [changelog, topics.handovers].includes(error.topic)
    const part = bytes > recordBytesMax ? `A part of ${recordBytesMax} bytes of the state` : 'The state'
    const what = isState
      ? `${part} of ${key}, which has ${bytes} bytes with the setting ${processor.configHash.slice(0, 200)},`
      : 'A record'
    const names = isState ? `${changelog} and ${topics.handovers}` : error.topic
    return new StateRefused(
      `${what} is larger than ${error.topic} takes (max.message.bytes, 1048588 by default). Nothing is lost: raise ` +
        `max.message.bytes of ${names}`,
      { cause: error },
    )
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
