import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { FeatureError } from './feature-error.ts'
import type { IndicatorSettings } from './indicator-settings.ts'
import type { Shared } from './running.ts'
import { onStall, type Stall } from './stall.ts'

/**
 * Loads and tries users' features in a thread of its own, so that an endless loop in a changed file does not block a service that
 * runs. Any other mistake is left to the loading that follows.
 * @param timeoutMs how long loading a module, or trying a feature on one candle, may take
 * @throws FeatureError naming the module or feature that does not come back
 */
export async function refuseEndless(settings: IndicatorSettings, timeoutMs: number): Promise<void> {
  const { FEATURES, INDICATORS, INDICATORS_FILE } = settings
  if (FEATURES === undefined) return
  const worker = new Worker(new URL('./loading-trial-thread.ts', import.meta.url), {
    workerData: { FEATURES, INDICATORS, INDICATORS_FILE } satisfies IndicatorSettings,
  })
  let endLooking = () => {}
  const stalled = new Promise<Stall>(resolve => {
    worker.once('message', (shared: Shared) => {
      endLooking = onStall(shared, timeoutMs, resolve)
    })
  })
  try {
    const stall = await Promise.race([stalled, once(worker, 'exit').then(() => undefined)])
    if (stall) throw new FeatureError(FEATURES, stall.problem)
  } finally {
    endLooking()
    await worker.terminate()
  }
}
