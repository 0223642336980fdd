import type { Clock } from '@candlewick/clock'

/** A timer that fires later than this was delayed by the process itself. */
const LATE_MS = 100

/**
 * The time in which a connection could have received messages. It excludes pauses, and time in which the process was too
 * busy to read. A connection's silence is measured in this time.
 */
export class ListeningTime {
  readonly #clock: Clock
  #passedMs = 0
  /** The wait in progress, and when it began (monotonic ms). */
  #wait = { ms: 0, from: 0 }
  #paused = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Milliseconds so far, with the part of the wait in progress. */
  get ms(): number {
    const { ms, from } = this.#wait
    return this.#passedMs + (this.#paused ? 0 : Math.min(ms, this.#clock.now() - from))
  }

  /** Milliseconds of the finished waits. */
  get passedMs(): number {
    return this.#passedMs
  }

  set paused(paused: boolean) {
    this.#paused = paused
  }

  /**
   * Waits, and counts the time. Node runs timers before sockets: after a late timer the messages that arrived meanwhile are
   * read first, or a slow process would take its own slowness for the exchange's silence.
   */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    const from = this.#clock.now()
    this.#wait = { ms, from }
    await this.#clock.sleep(ms, signal)
    if (this.#clock.now() - from > ms + LATE_MS) await this.#clock.sleep(LATE_MS, signal)
    if (!this.#paused) this.#passedMs += ms
    this.#wait = { ms: 0, from: 0 }
  }
}
