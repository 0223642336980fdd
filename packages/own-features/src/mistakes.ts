/** A mistake of a user's feature at a candle. */
export type Problem = 'throws' | 'shape' | 'not_a_number' | 'state'

export interface Mistake {
  /** Name of the feature in `INDICATORS`, e.g. `spread_ratio:20`. */
  readonly feature: string
  readonly problem: Problem
  /** A sentence. */
  readonly detail: string
  readonly pair: string
  readonly interval: string
  /** Start of the window, Unix ms. */
  readonly open_time_ms: number
}

/** Passes mistakes of users' features to the log, at once, and to the metrics, with the transaction. */
export class Mistakes {
  /** Receives each mistake. */
  onMistake: (mistake: Mistake) => void = () => {}
  #counts = new Map<string, number>()

  add(mistake: Mistake): void {
    const name = `${mistake.feature} ${mistake.problem}`
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
    this.onMistake(mistake)
  }

  /** @returns the number of mistakes since the last call, by feature and problem; undefined if there were none. */
  take(): ReadonlyMap<string, number> | undefined {
    if (this.#counts.size === 0) return undefined
    const counts = this.#counts
    this.#counts = new Map()
    return counts
  }
}
