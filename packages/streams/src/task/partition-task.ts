import { Fenced } from '@candlewick/kafka/log'
import type { TaskStatus } from '../events.ts'
import { ProcessorFailed } from '../processor.ts'
import { StateRefused } from '../state/state-codec.ts'
import { type TaskOptions, TaskRun } from './task-run.ts'

const RETRY_MS = { first: 50, most: 2000 }
/** So many records that broke the processor are remembered, the newest. */
const POISON_OFFSETS_MAX = 10_000

/** A task's life: restore, run, and after any error but a refusal restore again, until it is closed. */
export class PartitionTask<State> {
  readonly #o: TaskOptions<State>
  readonly #poisonOffsets = new Set<number>()
  #closed = false
  #stopping = false
  #run: TaskRun<State> | undefined
  #finished: Promise<void> = Promise.resolve()
  /** Resolves when it is asked to end, so that it waits for nothing any more. */
  readonly #ending = Promise.withResolvers<void>()

  constructor(options: TaskOptions<State>) {
    this.#o = options
  }

  get ready(): boolean {
    return this.#run?.running === true && !this.#closed
  }

  get status(): TaskStatus {
    const { partition } = this.#o
    const nothing = { ready: false, keys: 0, awaiting: 0, awaitingMs: 0, overdue: 0, lag: 0, position: 0 }
    return this.#run?.status ?? { partition, ...nothing }
  }

  /** How many input records it has processed since it was created. */
  get processed(): number {
    return this.#processed + (this.#run?.records ?? 0)
  }
  #processed = 0

  start(): void {
    this.#finished = this.#live()
  }

  /** Commits what it has processed, then ends. */
  async stop(): Promise<void> {
    this.#stopping = true
    this.#ending.resolve()
    this.#run?.stop()
    await this.#finished
  }

  /** Ends at once: the partition is another member's now, whose producer fences this one's. */
  close(): void {
    this.#closed = true
    this.#ending.resolve()
    this.#run?.close()
  }

  async #live(): Promise<void> {
    let retryMs = RETRY_MS.first
    while (!this.#closed && !this.#stopping) {
      const run = new TaskRun(this.#o, this.#poisonOffsets)
      this.#run = run
      const error = await this.#attempt(run)
      this.#processed += run.records
      this.#run = undefined
      await run.end()
      if (error === undefined || this.#closed) return
      if (run.committed) retryMs = RETRY_MS.first
      await this.#failed(error, retryMs)
      retryMs = Math.min(retryMs * 2, RETRY_MS.most)
    }
  }

  /** @returns what ended it, undefined when it was asked to end. */
  async #attempt(run: TaskRun<State>): Promise<unknown> {
    try {
      await run.restore()
      await run.loop()
      return undefined
    } catch (error) {
      return error
    }
  }

  async #failed(error: unknown, retryInMs: number): Promise<void> {
    const { partition } = this.#o
    if (error instanceof ProcessorFailed) this.#remember(error.offset)
    if (error instanceof StateRefused) {
      // It would be the same each time: nothing to do but wait for the end.
      this.#o.refused(error)
      await this.#ending.promise
    } else if (error instanceof Fenced) {
      this.#o.observe({ type: 'fenced', partition })
      await Promise.race([this.#o.confirmOwner(), this.#ending.promise])
    } else {
      this.#o.observe({ type: 'failed', partition, error, retryInMs })
      await Promise.race([this.#o.clock.sleep(retryInMs), this.#ending.promise])
    }
  }

  #remember(offset: number): void {
    this.#poisonOffsets.add(offset)
    if (this.#poisonOffsets.size <= POISON_OFFSETS_MAX) return
    const [oldest] = this.#poisonOffsets
    if (oldest !== undefined) this.#poisonOffsets.delete(oldest)
  }
}
