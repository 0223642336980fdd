import { Worker } from 'node:worker_threads'
import { running } from './running.ts'

export interface WatchdogOptions {
  /** Named in the line that it writes. */
  readonly service: string
  /** How long a feature may take for one candle. */
  readonly timeoutMs: number
  /** Writes plain text in place of a line of JSON. */
  readonly isPlain?: boolean
}

/**
 * Watches over users' features from a thread of its own. When one does not come back from `update`, nothing else in the
 * process runs any more, no health check and no signal handler. The watchdog then writes which feature it was, at which
 * candle, and kills the process, so that whatever started it starts it again.
 * @returns how to end it
 */
export function watchFeatures(options: WatchdogOptions): () => Promise<void> {
  const worker = new Worker(new URL('./watchdog-thread.ts', import.meta.url), {
    workerData: { ...options, shared: running.shared },
  })
  worker.unref()
  return async () => void (await worker.terminate())
}
