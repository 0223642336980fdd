import { Worker } from 'node:worker_threads'
import type { Job, WrittenFile } from './dataset-files.ts'
import type { Reply, Request } from './fold-requests.ts'
import type { Folded, FoldingOptions } from './folding.ts'
import { Disorder } from './pair-fold.ts'
import { type Columns, copyRows, sharedColumns, type TradeColumns } from './trade-columns.ts'

/**
 * Size of V8's young generation. Rows outlive it anyway while a file is written. With the default of 48 MB and more, a thread takes
 * twice the memory and is not faster. package.json limits the main thread's in the same way.
 */
const YOUNG_MB = 24
/** Number of batches on their way to a thread. */
const SLOTS = 8

/** A {@link Folding} in a thread of its own. It answers in the order of the requests. */
export class FoldThread {
  readonly #worker: Worker
  /** Batches are copied into these buffers in turn, because transferring their memory costs as much as reading the file. */
  readonly #slots: readonly Columns[] = Array.from({ length: SLOTS }, sharedColumns)
  #taken = 0
  /** Number of pair names that the thread has received. */
  #namesSent = 0
  readonly #waiting: PromiseWithResolvers<Reply>[] = []
  #failure: Error | undefined

  constructor(options: FoldingOptions) {
    this.#worker = new Worker(new URL('./fold-worker.ts', import.meta.url), {
      workerData: { options, slots: this.#slots },
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    })
    this.#worker.on('message', (reply: Reply) => this.#received(reply))
    this.#worker.on('error', error => this.#fail(error))
    this.#worker.on('exit', code => this.#fail(new Error(`A thread ended with code ${code}`)))
  }

  /** Copies the batch, as soon as there is room. @throws the error of the fold */
  async take(batch: TradeColumns): Promise<void> {
    while (this.#waiting.length >= SLOTS) await this.#waiting[0]!.promise
    if (this.#failure) throw this.#failure
    const slot = this.#taken++ % SLOTS
    copyRows(batch, this.#slots[slot]!)
    const { file, length, skipped, lost, lostBefore, pairIndex } = batch
    const newNames = pairIndex.names.slice(this.#namesSent)
    this.#namesSent = pairIndex.names.length
    this.#ask({ type: 'take', slot, file, length, skipped, lost, lostBefore, newNames }).catch(() => {})
  }

  /** @returns the time of the last trade, Unix ms. */
  async lastMs(): Promise<number> {
    const reply = await this.#ask({ type: 'last' })
    return (reply as Reply & { type: 'last' }).lastMs
  }

  async finish(watermarkMs: number): Promise<Folded> {
    const reply = await this.#ask({ type: 'finish', watermarkMs })
    return (reply as Reply & { type: 'finished' }).folded
  }

  async write(jobs: readonly Job[]): Promise<readonly WrittenFile[]> {
    const reply = await this.#ask({ type: 'write', jobs })
    return (reply as Reply & { type: 'written' }).files
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  #ask(request: Request): Promise<Reply> {
    const reply = Promise.withResolvers<Reply>()
    if (this.#failure) reply.reject(this.#failure)
    else {
      this.#waiting.push(reply)
      this.#worker.postMessage(request)
    }
    return reply.promise
  }

  #received(reply: Reply): void {
    if (reply.type === 'disorder') this.#fail(new Disorder(reply.message))
    else this.#waiting.shift()?.resolve(reply)
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const reply of this.#waiting.splice(0)) reply.reject(this.#failure)
  }
}
