import { setTimeout as delay } from 'node:timers/promises'

/** The runtime's only source of time, so that a simulation can own it. It decides when, never what. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number
  /** Unix milliseconds. */
  wall(): number
  sleep(ms: number): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
  sleep: ms => delay(ms),
}
