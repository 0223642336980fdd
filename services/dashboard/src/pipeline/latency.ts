export interface Percentiles {
  readonly p50_ms: number | null
  readonly p99_ms: number | null
  /** Of how many. */
  readonly count: number
}

const KEPT_MS = 300_000
const MOST = 5000

/** The percentiles of the last five minutes. */
export class Latency {
  readonly #samples: { readonly at_ms: number; readonly ms: number }[] = []

  add(at_ms: number, ms: number): void {
    this.#samples.push({ at_ms, ms })
    if (this.#samples.length > MOST) this.#samples.shift()
  }

  percentiles(nowMs: number): Percentiles {
    while (this.#samples[0] && this.#samples[0].at_ms < nowMs - KEPT_MS) this.#samples.shift()
    const sorted = this.#samples.map(({ ms }) => ms).sort((a, b) => a - b)
    const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null
    return { p50_ms: at(0.5), p99_ms: at(0.99), count: sorted.length }
  }
}
