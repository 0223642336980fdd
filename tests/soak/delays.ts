/**
 * Measures how long after the end of its window a candle reaches a reader. The pause that a fault causes is the delay of
 * the latest candle during the fault.
 */
export class Delays {
  readonly #worst = new Map<string, number[]>()
  readonly #recoveries = new Map<string, number[]>()
  #kind = 'start'
  #current = 0
  #newest = new Map<string, number>()
  #lastAt: number | undefined
  /** Longest time between any two candles. */
  silence_ms_max = 0

  /** Records a pair's candle and the time of its arrival, both Unix ms. */
  note(pair: string, closeMs: number, atMs: number): void {
    this.#current = Math.max(this.#current, atMs - closeMs)
    this.#newest.set(pair, Math.max(closeMs, this.#newest.get(pair) ?? 0))
    if (this.#lastAt !== undefined) this.silence_ms_max = Math.max(this.silence_ms_max, atMs - this.#lastAt)
    this.#lastAt = atMs
  }

  /** Attributes the following candles to this kind of fault. */
  begin(kind: string): void {
    this.end()
    this.#kind = kind
  }

  end(): void {
    if (this.#current > 0) this.#worst.set(this.#kind, [...(this.#worst.get(this.#kind) ?? []), this.#current])
    this.#current = 0
  }

  /** Records how long after the end of the fault the pipeline had caught up. */
  recovered(kind: string, ms: number): void {
    this.#recoveries.set(kind, [...(this.#recoveries.get(kind) ?? []), ms])
  }

  /** @returns how many milliseconds each pair's candles are behind the given time (Unix ms) */
  behind(nowMs: number, pairs: readonly string[]): { readonly pair: string; readonly ms: number }[] {
    return pairs.map(pair => ({ pair, ms: nowMs - (this.#newest.get(pair) ?? 0) }))
  }

  /** @returns for each kind the number of faults, their pauses, and the times to catch up afterwards */
  summary(): { readonly kind: string; readonly pauses: Spread; readonly recoveries: Spread }[] {
    return [...this.#worst].map(([kind, list]) => ({
      kind,
      pauses: spreadOf(list),
      recoveries: spreadOf(this.#recoveries.get(kind) ?? []),
    }))
  }
}

/** Percentiles in milliseconds; NaN when there are no samples. */
export interface Spread {
  readonly count: number
  readonly p50: number
  readonly max: number
}

function spreadOf(list: readonly number[]): Spread {
  const sorted = [...list].sort((a, b) => a - b)
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN)
  return { count: sorted.length, p50: at(0.5), max: at(1) }
}
