/** A shorter silence from one file to the next is never taken for a forgotten file, ms. */
const FORGOTTEN_MS = 3_600_000

/** A time without trades of a pair from one file to the next, in which a file may have been forgotten. */
export interface Silence {
  readonly pair: string
  /** The file that begins after the silence. */
  readonly file: string
  /** Time of the last trade before it and of the first one after it, Unix ms. */
  readonly fromMs: number
  readonly toMs: number
}

/**
 * Finds where a file without ids may have been forgotten. Ids would show it. Without them, a silence between two files is
 * doubtful if it takes an hour or more and is longer than every silence within the files before.
 */
export class SilenceFinder {
  readonly #pair: string
  #file: string | undefined
  #lastMs = 0
  #longestMs = 0

  constructor(pair: string) {
    this.#pair = pair
  }

  /** Notes the pair's next trade; call it in the order of times. @returns the doubtful silence before the trade, if there is one */
  next(file: string, ms: number): Silence | undefined {
    const [before, fromMs] = [this.#file, this.#lastMs]
    this.#file = file
    this.#lastMs = ms
    const silenceMs = ms - fromMs
    if (before === undefined) return undefined
    if (before === file) {
      if (silenceMs > this.#longestMs) this.#longestMs = silenceMs
      return undefined
    }
    const isDoubtful = silenceMs >= FORGOTTEN_MS && silenceMs > this.#longestMs
    return isDoubtful ? { pair: this.#pair, file, fromMs, toMs: ms } : undefined
  }
}

/** @returns a sentence for people. */
export const silenceText = ({ pair, file, fromMs, toMs }: Silence): string =>
  `There are no trades of ${pair} from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}, where ${file} begins, ` +
  'which is longer than any silence within the files before. If a file is missing, name it, too: the candles of that time have complete: false.'
