import { FeatureError } from './feature-error.ts'
import type { IndicatorSettings } from './indicator-settings.ts'
import { watchedThread } from './watched-thread.ts'

/**
 * Loads and tries users' features in a thread of its own, so that an endless loop in a changed file does not block a service that
 * runs. Any other mistake is left to the loading that follows.
 * @param timeoutMs how long loading a module, or trying a feature on one candle, may take
 * @throws FeatureError naming the module or feature that does not come back
 */
export async function refuseEndless(settings: IndicatorSettings, timeoutMs: number): Promise<void> {
  const { FEATURES, INDICATORS, INDICATORS_FILE } = settings
  if (FEATURES === undefined) return
  const module = new URL('./loading-trial-thread.ts', import.meta.url)
  const data: IndicatorSettings = { FEATURES, INDICATORS, INDICATORS_FILE }
  const stall = await watchedThread(module, data, timeoutMs).ended
  if (stall) throw new FeatureError(FEATURES, stall.problem)
}
