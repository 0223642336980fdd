import { MAX_OUTPUTS } from './commit-schedule.ts'
import type { RestoredTask } from './restore.ts'
import type { TaskLife } from './task-life.ts'
import { rangesOf, warmUp } from './warm-up.ts'

/** Reads records again before a task reads on: for states that need warm-up, and for skipped records. */
export class CatchUp<State> {
  readonly #task: RestoredTask<State>
  readonly #life: TaskLife
  readonly #commit: () => Promise<void>

  constructor(task: RestoredTask<State>, life: TaskLife, commit: () => Promise<void>) {
    this.#task = task
    this.#life = life
    this.#commit = commit
  }

  /** Does nothing, at little cost, if there is nothing to read. Ends early if the task is asked to end. */
  async run(): Promise<void> {
    await this.#warmUp()
    if (!this.#life.isEnding) await this.#reread()
  }

  /**
   * Warms up states that were written with other settings, from the records of every partition in which their keys may have been.
   * The next transaction commits the result; after a crash the warm-up is repeated.
   */
  async #warmUp(): Promise<void> {
    const { processor: partitionProcessor, options, identity } = this.#task
    const { log, clock, topics, partition, processor } = options
    const keysToWarmUp = partitionProcessor.keysToWarmUp()
    if (keysToWarmUp.size === 0 || !processor.warmUp) return
    const startedAt = clock.now()
    const ranges = await rangesOf(log, topics.input, keysToWarmUp, partition, partitionProcessor.positions.input)
    const isOver = () => this.#life.isEnding
    const records = await warmUp(log, topics.input, ranges, keysToWarmUp, processor.warmUp, isOver)
    // Partly warmed-up states must not be committed.
    if (records === undefined) return this.#life.close()
    identity.suspect('input')
    partitionProcessor.endWarmUp(keysToWarmUp)
    options.observe({ type: 'warmed', partition, keys: keysToWarmUp.size, records, ms: clock.now() - startedAt })
  }

  /** Reads skipped records of keys whose state has arrived, in one pass for all keys, and commits in pieces. */
  async #reread(): Promise<void> {
    const { processor: partitionProcessor, options, identity } = this.#task
    const { log, topics, partition } = options
    const range = partitionProcessor.rereadRange()
    if (!range) return
    const { start } = await log.offsets(topics.input, partition)
    if (start > range.from) partitionProcessor.truncateReread(start)
    for await (const records of log.read(topics.input, partition, Math.max(start, range.from), range.to)) {
      if (this.#life.isEnding) return
      const last = records.at(-1)
      if (last) partitionProcessor.reread(records, last.offset + 1)
      identity.suspect('input')
      if (partitionProcessor.outputs >= MAX_OUTPUTS) await this.#commit()
    }
    identity.suspect('input')
    partitionProcessor.endReread()
  }
}
