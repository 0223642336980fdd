export interface Percentiles {
  readonly p50_ms: number | null
  readonly p99_ms: number | null
  /** Maximum number of samples from which percentiles are computed. */
  readonly count: number
  /** The time that the samples cover; less than five minutes if there are too many to keep. */
  readonly span_ms: number
}

const KEPT_MS = 300_000
const SAMPLES_MAX = 5000

/** The percentiles of the last five minutes. */
export class Latency {
  readonly #samples: { readonly at_ms: number; readonly ms: number }[] = []

  add(at_ms: number, ms: number): void {
    this.#samples.push({ at_ms, ms })
    if (this.#samples.length > SAMPLES_MAX) this.#samples.shift()
  }

  percentiles(nowMs: number): Percentiles {
    while (this.#samples[0] && this.#samples[0].at_ms < nowMs - KEPT_MS) this.#samples.shift()
    const sorted = this.#samples.map(({ ms }) => ms).sort((a, b) => a - b)
    const at = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? null
    const span_ms = Math.max(0, nowMs - (this.#samples[0]?.at_ms ?? nowMs))
    return { p50_ms: at(0.5), p99_ms: at(0.99), count: sorted.length, span_ms }
  }
}
