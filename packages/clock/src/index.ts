import { setTimeout as delay } from 'node:timers/promises'

/** The only source of time for code that receives a clock, so that a test or a simulation can control time. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number
  /** Unix milliseconds, whole. */
  wall(): number
  /** Resolves after the time, or as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Node's timers are limited to 24.8 days; a longer timer would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  sleep: async (ms, signal) => {
    for (let left = ms, first = true; (first || left > 0) && !signal?.aborted; left -= TIMER_MS_MAX, first = false)
      await delay(Math.min(left, TIMER_MS_MAX), undefined, signal ? { signal } : {}).catch(error => {
        if (!signal?.aborted) throw error
      })
  },
}
