/** A trade's time further ahead of the others is taken for an error: one bad trade must not close a century. */
const AHEAD_MS_MAX = 10_000

/** The exchange's time: the newest time that it told plus the monotonic time since. */
export class ExchangeClock {
  #newest: { readonly exchangeMs: number; readonly at: number } | undefined

  /** @returns Unix ms at the monotonic time; undefined before the exchange told any. */
  now(at: number): number | undefined {
    return this.#newest && this.#newest.exchangeMs + at - this.#newest.at
  }

  /** The exchange said what time it is. */
  reported(exchangeMs: number, at: number): void {
    if (exchangeMs > (this.#newest?.exchangeMs ?? 0)) this.#newest = { exchangeMs, at }
  }

  /** A trade happened at this time. */
  traded(timestampMs: number, at: number): void {
    const now = this.now(at)
    if (now === undefined || timestampMs <= now + AHEAD_MS_MAX) this.reported(timestampMs, at)
  }
}
