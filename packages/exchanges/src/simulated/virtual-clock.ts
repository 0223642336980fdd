import { setImmediate } from 'node:timers/promises'
import type { Clock } from '@candlewick/clock'

interface Sleeper {
  readonly at: number
  readonly wake: () => void
}

/** Turns of the event loop after which all running code has reached its next sleep. */
const TURNS = 2

/** Time that advances only when all code sleeps, and then at once: hours of a simulation take seconds. */
export class VirtualClock implements Clock {
  readonly #startMs: number
  readonly #sleepers = new Set<Sleeper>()
  #now = 0

  /** @param startMs Unix ms */
  constructor(startMs: number) {
    this.#startMs = startMs
  }

  now(): number {
    return this.#now
  }

  wall(): number {
    return Math.floor(this.#startMs + this.#now)
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve()
    return new Promise(resolve => {
      const wake = () => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper = { at: this.#now + Math.max(0, ms), wake }
      this.#sleepers.add(sleeper)
      signal?.addEventListener('abort', wake)
    })
  }

  /** Advances the time until `over` returns true, by at most `maxMs`. @returns whether it returned true */
  async pass(maxMs: number, over: () => boolean = () => false): Promise<boolean> {
    const end = this.#now + maxMs
    for (;;) {
      for (let turn = 0; turn < TURNS; turn++) await setImmediate()
      if (over()) return true
      let next: Sleeper | undefined
      for (const sleeper of this.#sleepers) if (!next || sleeper.at < next.at) next = sleeper
      if (!next || next.at > end) break
      this.#now = Math.max(this.#now, next.at)
      next.wake()
    }
    this.#now = end
    return over()
  }
}
