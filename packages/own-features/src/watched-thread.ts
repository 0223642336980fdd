import { once } from 'node:events'
import { parentPort, Worker } from 'node:worker_threads'
import { running, type Shared } from './running.ts'
import { onStall, type Stall } from './stall.ts'

/** A thread that runs users' features, and is ended when one of them does not come back. */
export interface WatchedThread {
  readonly worker: Worker
  /** The step that did not come back, after which the thread was ended; undefined if the thread ended otherwise. Rejects if it failed. */
  readonly ended: Promise<Stall | undefined>
  end(): Promise<void>
}

/**
 * @param module of the thread, which has to call {@link letWatch} first
 * @param timeoutMs how long a step of a user's code may take
 */
export function watchedThread(module: URL, workerData: unknown, timeoutMs: number): WatchedThread {
  const worker = new Worker(module, { workerData })
  let endLooking = () => {}
  let stall: Stall | undefined
  worker.once('message', (shared: Shared) => {
    endLooking = onStall(shared, timeoutMs, found => {
      stall = found
      void worker.terminate()
    })
  })
  const ended = once(worker, 'exit')
    .finally(() => endLooking())
    .then(() => stall)
  return { worker, ended, end: async () => void (await worker.terminate()) }
}

/** Lets the thread that started this one watch what users' features do here. It is the first message of this thread. */
export const letWatch = (): void => parentPort!.postMessage(running.shared)
