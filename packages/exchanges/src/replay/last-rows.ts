import type { PairIndex, TradeBatch } from './trade-batch.ts'

/** More lines than a file has. */
const LINES_MAX = 2 ** 40

/** Compares where each pair's first and last trades are with where rows were lost, to find the pairs that may lack trades there. */
export class LastRows {
  /** Positions of the last trades and of the last lost rows, by the pair's index. */
  readonly #trades: number[] = []
  readonly #lost: number[] = []
  /** Position of the last lost row that names no pair. It may belong to any pair. */
  #lostOfAll = -1
  /** Positions of the first lost rows, by the pair's index, and of the first one that names no pair. */
  readonly #firstLost: number[] = []
  #firstLostOfAll = Number.POSITIVE_INFINITY
  #file = 0

  /** The next file begins. */
  nextFile(): void {
    this.#file++
  }

  /** Notes the trades of a batch of the current file, and in the batch the pairs of which a row was lost before the first trade. */
  note(batch: TradeBatch): void {
    const { length, pairs, lines } = batch
    const base = this.#file * LINES_MAX
    if (this.#firstLost.length > 0 || this.#firstLostOfAll < Number.POSITIVE_INFINITY) this.#noteFirst(batch, base)
    for (let row = 0; row < length; row++) this.#trades[pairs[row]!] = base + lines[row]!
  }

  /** A row of the current file may have been a trade. @param pair undefined if the row names none */
  lose(line: number, pair: number | undefined): void {
    const at = this.#file * LINES_MAX + line
    if (pair === undefined) {
      this.#lostOfAll = at
      this.#firstLostOfAll = Math.min(this.#firstLostOfAll, at)
    } else {
      this.#lost[pair] = at
      this.#firstLost[pair] ??= at
    }
  }

  /** @returns the pairs of which a row was lost behind their last trade, or in the same line. */
  after({ names }: PairIndex): string[] {
    return names.filter((_, pair) => this.#trades[pair]! <= this.#lastLost(pair))
  }

  /** @returns the pairs of which any row was lost. */
  anywhere({ names }: PairIndex): string[] {
    return names.filter((_, pair) => this.#trades[pair] !== undefined && this.#lastLost(pair) >= 0)
  }

  #noteFirst({ length, pairs, lines, pairIndex, lostBefore }: TradeBatch, base: number): void {
    const seen = new Set<number>()
    for (let row = 0; row < length; row++) {
      const pair = pairs[row]!
      if (this.#trades[pair] !== undefined || seen.has(pair)) continue
      seen.add(pair)
      const firstLost = Math.min(this.#firstLostOfAll, this.#firstLost[pair] ?? Number.POSITIVE_INFINITY)
      if (firstLost <= base + lines[row]!) lostBefore.push(pairIndex.names[pair]!)
    }
  }

  #lastLost(pair: number): number {
    return Math.max(this.#lostOfAll, this.#lost[pair] ?? -1)
  }
}
