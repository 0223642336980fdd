import { setTimeout as delay } from 'node:timers/promises'

/** The only source of time of the code that is given one, so that a test or a simulation can own time. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number
  /** Unix milliseconds, whole. */
  wall(): number
  /** Resolves after the time, or as soon as the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  sleep: async (ms, signal) => {
    if (signal?.aborted) return
    await delay(ms, undefined, signal ? { signal } : {}).catch(error => {
      if (!signal?.aborted) throw error
    })
  },
}
