import type { PairIndex, TradeBatch } from './trade-batch.ts'

/** More lines than a file has. */
const LINES_MAX = 2 ** 40

/** Compares where each pair's last trade is with where rows were lost, to find the pairs that may lack a trade at their end. */
export class LastRows {
  /** Positions of the last trades and of the last lost rows, by the pair's index. */
  readonly #trades: number[] = []
  readonly #lost: number[] = []
  /** Position of the last lost row that names no pair. It may belong to any pair. */
  #lostOfAll = -1
  #file = 0

  /** The next file begins. */
  nextFile(): void {
    this.#file++
  }

  /** Notes the trades of a batch of the current file. */
  note({ length, pairs, lines }: TradeBatch): void {
    const base = this.#file * LINES_MAX
    for (let row = 0; row < length; row++) this.#trades[pairs[row]!] = base + lines[row]!
  }

  /** A row of the current file may have been a trade. @param pair undefined if the row names none */
  lose(line: number, pair: number | undefined): void {
    const at = this.#file * LINES_MAX + line
    if (pair === undefined) this.#lostOfAll = at
    else this.#lost[pair] = at
  }

  /** @returns the pairs of which a row was lost behind their last trade, or in the same line. */
  after({ names }: PairIndex): string[] {
    return names.filter((_, pair) => this.#trades[pair]! <= this.#lastLost(pair))
  }

  /** @returns the pairs of which any row was lost. */
  anywhere({ names }: PairIndex): string[] {
    return names.filter((_, pair) => this.#trades[pair] !== undefined && this.#lastLost(pair) >= 0)
  }

  #lastLost(pair: number): number {
    return Math.max(this.#lostOfAll, this.#lost[pair] ?? -1)
  }
}
