import { costOf, type Job, type WrittenFile } from './dataset-files.ts'
import { FoldThread } from './fold-thread.ts'
import { type Folded, Folding, type FoldingOptions } from './folding.ts'
import { splitRows, type TradeColumns } from './trade-columns.ts'

/** Folds trades in this thread, or in several threads that share the pairs. Afterwards all threads write files. */
export class FoldPool {
  readonly #threads: readonly FoldThread[]
  /** The fold of this thread when there are no other threads. */
  readonly #own: Folding | undefined

  /** @param optionsOf returns the options of the fold with that number */
  constructor(threads: number, optionsOf: (number: number) => FoldingOptions) {
    this.#threads = Array.from({ length: threads }, (_, i) => new FoldThread(optionsOf(i)))
    this.#own = threads === 0 ? new Folding(optionsOf(0)) : undefined
  }

  /** The batch is not needed any more when this resolves. @throws Disorder */
  async take(batch: TradeColumns): Promise<void> {
    if (this.#own) return this.#own.take(batch)
    const [only, ...others] = this.#threads
    if (others.length === 0) return only!.take(batch)
    const parts = splitRows(batch, this.#threads.length, row => batch.pairs[row]! % this.#threads.length)
    await Promise.all(this.#threads.map((thread, i) => thread.take(parts[i]!)))
  }

  /** @returns the time of the last trade, Unix ms. */
  async lastMs(): Promise<number> {
    if (this.#own) return this.#own.lastMs
    return Math.max(...(await Promise.all(this.#threads.map(thread => thread.lastMs()))))
  }

  /** Ends the input: closes windows that end by the time (Unix ms). */
  async finish(watermarkMs: number): Promise<Folded[]> {
    if (this.#own) return [this.#own.finish(watermarkMs)]
    return Promise.all(this.#threads.map(thread => thread.finish(watermarkMs)))
  }

  /** Writes files, the largest first. @param write writes this thread's share */
  async write(jobs: readonly Job[], write: (jobs: readonly Job[]) => WrittenFile[]): Promise<WrittenFile[]> {
    const [own, ...others] = shares(jobs, this.#threads.length + 1) as [Job[], ...Job[][]]
    const elsewhere = this.#threads.map((thread, i) => thread.write(others[i]!))
    // Errors of other threads are thrown when this thread has finished.
    for (const writing of elsewhere) writing.catch(() => {})
    const here = write(own)
    return [...here, ...(await Promise.all(elsewhere)).flat()]
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(thread => thread.close()))
  }
}

/** More threads would only wait for the thread that reads. */
const THREADS_MAX = 3
/** Number of pairs from which on rows take more time than trades. */
const PAIRS_MIN = 100

/**
 * @param pairs number of pairs in the first batch of trades
 * @returns how many further threads are worth their start and the copies of the trades (0.8 CPU-seconds for 5,000,000). Reading
 *   the file takes most of the time as long as there are few pairs, and it cannot be shared.
 */
export const threadsFor = (pairs: number, cores: number): number =>
  pairs < PAIRS_MIN ? 0 : Math.min(THREADS_MAX, cores - 1)

/** Each job goes to the thread with the least work. */
function shares(jobs: readonly Job[], count: number): Job[][] {
  const shares = Array.from({ length: count }, () => ({ cost: 0, jobs: [] as Job[] }))
  for (const job of jobs) {
    const least = shares.reduce((a, b) => (b.cost < a.cost ? b : a))
    least.cost += costOf(job)
    least.jobs.push(job)
  }
  return shares.map(({ jobs }) => jobs)
}
