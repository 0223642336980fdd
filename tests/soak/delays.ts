/**
 * How long after their windows' end candles come to whoever reads them: the pause that a fault makes is what the
 * latest candle meanwhile was late.
 */
export class Delays {
  readonly #worst = new Map<string, number[]>()
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

  /** @returns how far the candles of the slowest pair are behind the time (Unix ms). */
  behind(nowMs: number, pairs: readonly string[]): number {
    return nowMs - Math.min(...pairs.map(pair => this.#newest.get(pair) ?? 0))
  }

  /** @returns by kind how many there were, and the median and the longest of their pauses. */
  summary(): { kind: string; count: number; p50_ms: number; max_ms: number }[] {
    return [...this.#worst].map(([kind, list]) => {
      const sorted = [...list].sort((a, b) => a - b)
      const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)]!)
      return { kind, count: sorted.length, p50_ms: at(0.5), max_ms: at(1) }
    })
  }
}
