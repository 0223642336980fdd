/** How much of a new pair's history has been fetched. */
export interface HistoryProgress {
  readonly pair: string
  readonly doneMs: number
  readonly ofMs: number
}

/** Progress of a recovery: the pairs that lack trades, and the pairs that lacked some and have all again. */
export interface Recovering {
  readonly type: 'recovering'
  readonly lacking: number
  readonly recovered: number
  readonly buffered: number
  /** Estimate from the rate so far; undefined before any pair has recovered. */
  readonly leftMs: number | undefined
  readonly histories: readonly HistoryProgress[]
}

export type Recovered = { readonly type: 'recovered'; readonly pairs: number; readonly ms: number }

const EVERY_MS = 5000
/** An exchange that stays away gives the same report again and again. */
const UNCHANGED_EVERY_MS = 60_000

/**
 * Reports the progress of a recovery every few seconds, and once a minute while nothing changes, from the time when a pair lacks trades
 * until no pair does. Pure.
 */
export class Recovery {
  #since: number | undefined
  #reportedAt = 0
  #reported = ''
  /** The pairs that have lacked trades since the recovery began. */
  readonly #pairs = new Set<string>()

  /** @returns the report that is due. @param now monotonic ms @param lacking the pairs whose feed is lost or has a gap */
  look(
    now: number,
    lacking: readonly string[],
    buffered: number,
    histories: readonly HistoryProgress[],
  ): Recovering | Recovered | undefined {
    if (lacking.length === 0) return this.#end(now)
    if (this.#since === undefined) this.#reportedAt = now
    this.#since ??= now
    for (const pair of lacking) this.#pairs.add(pair)
    if (now - this.#reportedAt < EVERY_MS) return undefined
    const recovered = this.#pairs.size - lacking.length
    const state = JSON.stringify([lacking.length, recovered, buffered, histories])
    if (state === this.#reported && now - this.#reportedAt < UNCHANGED_EVERY_MS) return undefined
    this.#reportedAt = now
    this.#reported = state
    const leftMs = recovered > 0 ? ((now - this.#since) / recovered) * lacking.length : undefined
    return { type: 'recovering', lacking: lacking.length, recovered, buffered, leftMs, histories }
  }

  /** Ends the recovery. If it ends before its first report, it is not reported at all. */
  #end(now: number): Recovered | undefined {
    if (this.#since === undefined) return undefined
    const ended: Recovered = { type: 'recovered', pairs: this.#pairs.size, ms: now - this.#since }
    this.#since = undefined
    this.#reported = ''
    this.#pairs.clear()
    return ended.ms >= EVERY_MS ? ended : undefined
  }
}
