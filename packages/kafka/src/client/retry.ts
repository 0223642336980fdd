import { setTimeout as sleep } from 'node:timers/promises'

export interface RetryPolicy {
  readonly firstWaitMs: number
  readonly mostWaitMs: number
  /** No attempt begins later than this after the first. */
  readonly withinMs: number
}

const GROWTH = 1.3

/** @returns the result of the first attempt that succeeds. @throws an error that is not retriable at once, otherwise the last attempt's error */
export async function retrying<T>(
  { firstWaitMs, mostWaitMs, withinMs }: RetryPolicy,
  attempt: () => Promise<T>,
  isRetriable: (error: unknown) => boolean,
): Promise<T> {
  const until = performance.now() + withinMs
  for (let waitMs = firstWaitMs; ; waitMs = Math.min(GROWTH * waitMs, mostWaitMs))
    try {
      return await attempt()
    } catch (error) {
      if (!isRetriable(error) || performance.now() + waitMs > until) throw error
      await sleep(waitMs)
    }
}
