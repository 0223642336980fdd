import { Worker } from 'node:worker_threads'
import { running } from './running.ts'

export interface WatchdogOptions {
  /** The service's name in the line that the watchdog writes. */
  readonly service: string
  /** Maximum time that a feature may take for one candle. */
  readonly timeoutMs: number
  /** Writes plain text in place of a line of JSON. */
  readonly isPlain?: boolean
}

/**
 * Watches users' features from a thread of its own. A feature that does not return from `update` blocks everything in the
 * process, including health checks and signal handlers. The watchdog then writes the feature and the candle to the log and kills
 * the process, so that its supervisor starts it again.
 * @returns a function that ends the watchdog
 */
export function watchFeatures(options: WatchdogOptions): () => Promise<void> {
  const worker = new Worker(new URL('./watchdog-thread.ts', import.meta.url), {
    workerData: { ...options, shared: running.shared },
  })
  worker.unref()
  return async () => void (await worker.terminate())
}
