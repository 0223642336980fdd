/** Rows of requested pairs, and how many there were of each pair that was not requested. */
export interface Sifted<Row> {
  readonly rows: readonly Row[]
  readonly unrequested: ReadonlyMap<string, number>
  /** Pairs that had their first trade on this connection. */
  readonly started: readonly string[]
}

/** Names of pairs that were not requested; further ones are dropped and reported, too, but cast no doubt on other pairs. */
const UNREQUESTED_MAX = 1000

/** The requested pairs of a connection: which are unanswered, which are granted, and which have had a trade. Pure. */
export class Subscriptions {
  readonly #pairs: ReadonlySet<string>
  readonly #unanswered = new Map<string, { readonly request: number; readonly sinceMs: number }>()
  readonly #granted = new Set<string>()
  /** Pairs with a trade since the last new name among the unrequested ones. */
  readonly #traded = new Set<string>()
  readonly #unrequested = new Set<string>()

  constructor(pairs: readonly string[]) {
    this.#pairs = new Set(pairs)
  }

  get granted(): readonly string[] {
    return [...this.#granted]
  }

  /**
   * Granted pairs without a trade on this connection, or since trades of an unrequested pair began: the exchange may have renamed
   * them meanwhile.
   */
  get silent(): readonly string[] {
    return this.granted.filter(pair => !this.#traded.has(pair))
  }

  has(pair: string | null): pair is string {
    return pair !== null && this.#pairs.has(pair)
  }

  isGranted(pair: string): boolean {
    return this.#granted.has(pair)
  }

  /** The pairs are subscribed to by a request. @param sinceMs listening time */
  request(pairs: readonly string[], request: number, sinceMs: number): void {
    for (const pair of pairs) this.#unanswered.set(pair, { request, sinceMs })
  }

  /** @returns whether the pair is granted for the first time */
  grant(pair: string): boolean {
    this.#unanswered.delete(pair)
    if (this.#granted.has(pair) || !this.#pairs.has(pair)) return false
    this.#granted.add(pair)
    return true
  }

  refuse(pair: string): void {
    this.#unanswered.delete(pair)
  }

  /** @returns the unanswered pairs of a request. */
  of(request: number): readonly string[] {
    return [...this.#unanswered].flatMap(([pair, asked]) => (asked.request === request ? pair : []))
  }

  /** @returns the pairs that have been unanswered since this listening time or longer. */
  unansweredSince(ms: number): readonly string[] {
    return [...this.#unanswered].flatMap(([pair, { sinceMs }]) => (sinceMs <= ms ? pair : []))
  }

  /** A new name may be the new one of any pair that has traded. */
  #doubt(pair: string): void {
    if (this.#unrequested.has(pair) || this.#unrequested.size >= UNREQUESTED_MAX) return
    this.#unrequested.add(pair)
    this.#traded.clear()
  }

  /** Separates rows of requested pairs from others. A row without a pair may be of a requested one. */
  sift<Row extends { readonly pair: string | null }>(rows: readonly Row[]): Sifted<Row> {
    const unrequested = new Map<string, number>()
    const started: string[] = []
    for (const { pair } of rows) {
      if (pair === null) continue
      if (!this.#pairs.has(pair)) {
        unrequested.set(pair, (unrequested.get(pair) ?? 0) + 1)
        this.#doubt(pair)
      } else if (!this.#traded.has(pair)) started.push(pair)
      if (this.#pairs.has(pair)) this.#traded.add(pair)
    }
    if (unrequested.size === 0) return { rows, unrequested, started }
    return { rows: rows.filter(({ pair }) => pair === null || this.#pairs.has(pair)), unrequested, started }
  }
}
