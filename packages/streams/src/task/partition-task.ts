import { Fenced } from '@candlewick/kafka/log'
import type { TaskStatus } from '../events.ts'
import { ProcessorFailed } from '../processor.ts'
import { StateRefused } from '../state/state-codec.ts'
import { PoisonOffsets } from './poison-offsets.ts'
import { restore } from './restore.ts'
import { TaskLife } from './task-life.ts'
import type { TaskOptions } from './task-options.ts'
import { TaskRun } from './task-run.ts'

const RETRY_MS = { first: 50, max: 2000 }

/** A partition's task. It restores itself and runs; after any error except a refusal it restores itself again. */
export class PartitionTask<State> {
  readonly #o: TaskOptions<State>
  readonly #life = new TaskLife()
  readonly #poison = new PoisonOffsets()
  #run: TaskRun<State> | undefined
  /** Records processed by earlier runs. */
  #processed = 0
  #retryMs = RETRY_MS.first
  #finished: Promise<void> = Promise.resolve()

  constructor(options: TaskOptions<State>) {
    this.#o = options
  }

  get ready(): boolean {
    return this.#run?.isReady === true
  }

  get status(): TaskStatus {
    const { partition } = this.#o
    const nothing = { ready: false, keys: 0, awaiting: 0, awaitingMs: 0, overdue: 0, lag: 0, position: 0 }
    return this.#run?.status ?? { partition, ...nothing }
  }

  /** How many records of the input it has processed since it was created. */
  get processed(): number {
    return this.#processed + (this.#run?.records ?? 0)
  }

  start(): void {
    this.#finished = this.#live()
  }

  /** Commits the processed records, then ends. */
  async stop(): Promise<void> {
    this.#life.stop()
    await this.#finished
  }

  /** Ends at once, because the partition now belongs to another member, whose producer fences this task's. */
  close(): void {
    this.#life.close()
  }

  async #live(): Promise<void> {
    while (this.#life.enter('restoring')) {
      const error = await this.#attempt()
      if (error !== undefined && this.#life.state !== 'closed') await this.#failed(error)
    }
    this.#life.close()
  }

  /** @returns the error that ended it; undefined when it was asked to end. */
  async #attempt(): Promise<unknown> {
    let run: TaskRun<State> | undefined
    try {
      const task = await restore(this.#o, this.#poison.all)
      run = new TaskRun(task, this.#life, this.#o.count)
      this.#run = run
      await run.run()
      return undefined
    } catch (error) {
      return error
    } finally {
      this.#run = undefined
      this.#processed += run?.records ?? 0
      if (run?.hasCommitted) this.#retryMs = RETRY_MS.first
      await run?.end()
    }
  }

  async #failed(error: unknown): Promise<void> {
    const { partition } = this.#o
    if (error instanceof ProcessorFailed && this.#poison.add(error.offset)) this.#o.count('poison_records_forgotten', 1)
    if (error instanceof StateRefused) {
      // Every further attempt would fail in the same way.
      this.#life.enter('refused')
      this.#o.refused(error)
      await this.#life.ending
    } else if (error instanceof Fenced) {
      this.#life.enter('fenced')
      this.#o.observe({ type: 'fenced', partition })
      await Promise.race([this.#o.confirmOwner(), this.#life.ending])
    } else {
      this.#life.enter('failed')
      const retryInMs = this.#retryMs
      this.#retryMs = Math.min(retryInMs * 2, RETRY_MS.max)
      this.#o.observe({ type: 'failed', partition, error, retryInMs })
      await Promise.race([this.#o.clock.sleep(retryInMs), this.#life.ending])
    }
  }
}
