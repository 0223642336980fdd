/**
 * How long after their windows' end candles come to whoever reads them: the pause that a fault makes is what the
 * latest candle meanwhile was late.
 */
export class Delays {
  readonly #worst = new Map<string, number[]>()
  readonly #recoveries = new Map<string, number[]>()
  #kind = 'start'
  #current = 0
  #newest = new Map<string, number>()
  #lastAt: number | undefined
  /** The longest time between two candles of whatever pair. */
  silence_ms_max = 0

  /** A pair's candle that has come at this time; both Unix ms. */
  note(pair: string, closeMs: number, atMs: number): void {
    this.#current = Math.max(this.#current, atMs - closeMs)
    this.#newest.set(pair, Math.max(closeMs, this.#newest.get(pair) ?? 0))
    if (this.#lastAt !== undefined) this.silence_ms_max = Math.max(this.silence_ms_max, atMs - this.#lastAt)
    this.#lastAt = atMs
  }

  /** What comes from now on is this kind of fault's doing. */
  begin(kind: string): void {
    this.end()
    this.#kind = kind
  }

  end(): void {
    if (this.#current > 0) this.#worst.set(this.#kind, [...(this.#worst.get(this.#kind) ?? []), this.#current])
    this.#current = 0
  }

  /** So long after the broker, the connections or the process were there again everything went on as before. */
  recovered(kind: string, ms: number): void {
    this.#recoveries.set(kind, [...(this.#recoveries.get(kind) ?? []), ms])
  }

  /** @returns how far each pair's candles are behind the time (Unix ms). */
  behind(nowMs: number, pairs: readonly string[]): { readonly pair: string; readonly ms: number }[] {
    return pairs.map(pair => ({ pair, ms: nowMs - (this.#newest.get(pair) ?? 0) }))
  }

  /** @returns by kind how many there were, their pauses, and how long everything took to go on when they were over. */
  summary(): { readonly kind: string; readonly pauses: Spread; readonly recoveries: Spread }[] {
    return [...this.#worst].map(([kind, list]) => ({
      kind,
      pauses: spreadOf(list),
      recoveries: spreadOf(this.#recoveries.get(kind) ?? []),
    }))
  }
}

/** In ms; NaN of nothing. */
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
