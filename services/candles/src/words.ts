export const WORD_BYTES = 4

/** Text that is compared with bytes by words of 32 bits (little-endian), the last of which may overlap the one before. */
export interface Words {
  length: number
  readonly words: number[]
}

/** @param text ASCII, at least a word of it */
export function textWords(text: string): Words {
  const words: Words = { length: 0, words: [] }
  setWords(words, Buffer.from(text, 'ascii'), text.length)
  return words
}

function setWords(into: Words, bytes: Buffer, length: number): void {
  const { words } = into
  into.length = length
  const count = Math.ceil(length / WORD_BYTES)
  if (words.length > count) words.length = count
  for (let i = 0; i < count; i++) words[i] = bytes.readInt32LE(Math.min(i * WORD_BYTES, length - WORD_BYTES))
}

/** Beyond so many characters a pair is left to the slow way. */
const LONGEST_PAIR = 100
const [SPACE, QUOTE, BACKSLASH, TILDE] = [0x20, 0x22, 0x5c, 0x7e]

/** A character that stands for itself, in JSON and in UTF-8. */
const isPlain = (c: number): boolean => c >= SPACE && c <= TILDE && c !== QUOTE && c !== BACKSLASH

/** Text around a pair. With thousands of pairs it changes every few trades: it is written where the last one was. */
export class PairWords {
  readonly words: Words = { length: 0, words: [] }
  readonly #bytes: Buffer
  readonly #before: number
  readonly #after: Buffer

  constructor(before: string, after: string) {
    this.#before = before.length
    this.#after = Buffer.from(after, 'ascii')
    this.#bytes = Buffer.alloc(before.length + LONGEST_PAIR + after.length, before, 'ascii')
  }

  /** @returns false for a pair that is too long, empty or not plain: the words are of no use then */
  turnTo(pair: string): boolean {
    if (pair === '' || pair.length > LONGEST_PAIR) return false
    let at = this.#before
    for (let i = 0; i < pair.length; i++) {
      const c = pair.charCodeAt(i)
      if (!isPlain(c)) return false
      this.#bytes[at++] = c
    }
    for (let i = 0; i < this.#after.length; i++) this.#bytes[at++] = this.#after[i]!
    setWords(this.words, this.#bytes, at)
    return true
  }
}
