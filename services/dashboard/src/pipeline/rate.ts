const BUCKET_MS = 1000
const BUCKETS = 10

/** Counts events per second over the last ten seconds. */
export class Rate {
  readonly #counts = new Array<number>(BUCKETS).fill(0)
  readonly #since: number
  #at: number

  constructor(nowMs: number) {
    this.#since = nowMs
    this.#at = Math.floor(nowMs / BUCKET_MS)
  }

  add(count: number, nowMs: number): void {
    this.#advance(nowMs)
    this.#counts[this.#at % BUCKETS]! += count
  }

  perSecond(nowMs: number): number {
    this.#advance(nowMs)
    const seconds = Math.min(BUCKETS - 1, Math.max(1, (nowMs - this.#since) / 1000))
    // The current bucket is not full yet: counting it would show a drop at the start of every second.
    const filled = this.#counts.reduce((sum, n) => sum + n, 0) - this.#counts[this.#at % BUCKETS]!
    return filled / seconds
  }

  #advance(nowMs: number): void {
    const now = Math.floor(nowMs / BUCKET_MS)
    for (let at = Math.max(this.#at + 1, now - BUCKETS + 1); at <= now; at++) this.#counts[at % BUCKETS] = 0
    this.#at = Math.max(this.#at, now)
  }
}
