/** A trade that is further ahead of the others than this has a wrong time. If it advanced the clock, the others' windows would close. */
const AHEAD_MS_MAX = 10_000

/** The exchange's time: the newest time that it reported plus the monotonic time since. */
export class ExchangeClock {
  #newest: { readonly exchangeMs: number; readonly at: number } | undefined

  /** @returns the exchange's time (Unix ms) at a monotonic time; undefined before the exchange has sent a time. */
  now(at: number): number | undefined {
    return this.#newest && this.#newest.exchangeMs + at - this.#newest.at
  }

  /** Advances the clock to a time that the exchange sent. */
  reported(exchangeMs: number, at: number): void {
    if (exchangeMs > (this.#newest?.exchangeMs ?? 0)) this.#newest = { exchangeMs, at }
  }

  /** Advances the clock to the time of a trade. @returns false if the time is too far ahead to be right */
  traded(timestampMs: number, at: number): boolean {
    const now = this.now(at)
    const isBelieved = now === undefined || timestampMs <= now + AHEAD_MS_MAX
    if (isBelieved) this.reported(timestampMs, at)
    return isBelieved
  }
}
