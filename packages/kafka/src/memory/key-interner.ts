const FIRST_SLOTS = 1 << 10
/** At least: the fewer slots are taken, the fewer keys are looked for in more than one. */
const SLOTS_A_KEY = 4
/** Of a source that names ever new ones. */
const MOST_KEYS = 0xffff
/** Keys that are no UTF-8 differ in their bytes, but not in their texts. */
const REPLACEMENT = '\ufffd'
const NONE = -1
const WORD_BYTES = 4
/** So long are the keys that four words are all of: longer ones are compared as text, too. */
const WHOLE_BYTES = 4 * WORD_BYTES
/** What is known of a key: its words, its length in bytes and its hash; as much as half a line of the cache. */
const ENTRY_WORDS = 8
/** The fractions of the square roots of 2, 3, 5 and 7 as words, made odd. */
const [ODD_1, ODD_2, ODD_3, ODD_4] = [0x6a09e667, 0xbb67ae85 | 0, 0x3c6ef373, 0xa54ff53b | 0]
const [FIRST, SECOND, THIRD, LAST, LENGTH, HASH] = [0, 1, 2, 3, 4, 5]

/**
 * Numbers keys by their bytes, from 0 on, and keeps their texts: to find one that has come before costs a fraction of
 * making its string and looking that up. With thousands of keys all that is looked at should fit into the processor's
 * cache, so it lies side by side instead of in an object a key.
 */
export class KeyIndex {
  /** Open addressing: a key's number + 1 is in the first free slot from that of its hash on; 0 is free. */
  #slots = new Uint16Array(FIRST_SLOTS)
  /** By number. */
  #entries = new Int32Array((ENTRY_WORDS * FIRST_SLOTS) / SLOTS_A_KEY)
  #texts: string[] = []
  /** What is being looked at. */
  #bytes: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))

  get size(): number {
    return this.#texts.length
  }

  /** Whether no other key gets a number until these are forgotten: so its memory is bounded. */
  get isFull(): boolean {
    return this.size === MOST_KEYS
  }

  /** By number. Stays as it is when all keys are forgotten. */
  get texts(): readonly string[] {
    return this.#texts
  }

  /**
   * Looks at four words of the key, the first three and the last, without a loop: most keys are no longer than that.
   * @returns the number of the key in [start, end) of the bytes, -1 for one that is no UTF-8, and where it is full
   */
  number(bytes: Buffer, start: number, end: number): number {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    const view = this.#view
    const length = end - start
    const lastAt = end - WORD_BYTES
    const isShort = length < WORD_BYTES
    const first = isShort ? shortKey(view, start, end) : view.getInt32(start)
    const second = isShort ? 0 : wordAt(view, start + WORD_BYTES, lastAt)
    const third = isShort ? 0 : wordAt(view, start + 2 * WORD_BYTES, lastAt)
    const last = isShort ? 0 : view.getInt32(lastAt)
    let hash = mixed(length, first, second, third, last)
    if (length > WHOLE_BYTES) hash ^= this.#hashBetween(start, end)
    const slots = this.#slots
    const entries = this.#entries
    const mask = slots.length - 1
    let slot = hash & mask
    for (let found = slots[slot]!; found !== 0; found = slots[slot]!) {
      const entry = (found - 1) * ENTRY_WORDS
      if (
        entries[entry + FIRST] === first &&
        entries[entry + SECOND] === second &&
        entries[entry + THIRD] === third &&
        entries[entry + LAST] === last &&
        entries[entry + LENGTH] === length &&
        (length <= WHOLE_BYTES || this.#texts[found - 1] === bytes.toString('utf8', start, end))
      )
        return found - 1
      slot = (slot + 1) & mask
    }
    return this.#add(slot, start, end, [first, second, third, last, length, hash])
  }

  /** Forgets all keys, whose numbers are given anew. */
  clear(): void {
    this.#slots.fill(0)
    this.#texts = []
  }

  #add(slot: number, start: number, end: number, entry: readonly number[]): number {
    if (this.isFull) return NONE
    const text = this.#bytes.toString('utf8', start, end)
    if (text.includes(REPLACEMENT)) return NONE
    const number = this.#texts.push(text) - 1
    this.#entries.set(entry, number * ENTRY_WORDS)
    this.#slots[slot] = number + 1
    if (SLOTS_A_KEY * this.size === this.#slots.length) this.#grow()
    return number
  }

  #grow(): void {
    const entries = new Int32Array(2 * this.#entries.length)
    entries.set(this.#entries)
    this.#entries = entries
    const slots = new Uint16Array(2 * this.#slots.length)
    const mask = slots.length - 1
    for (let number = 0; number < this.size; number++) {
      let slot = entries[number * ENTRY_WORDS + HASH]! & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = number + 1
    }
    this.#slots = slots
  }

  /** Of the words of a longer key between the third and the last. */
  #hashBetween(start: number, end: number): number {
    let hash = 0
    for (let at = start + WHOLE_BYTES - WORD_BYTES; at < end - WORD_BYTES; at += WORD_BYTES)
      hash = Math.imul(hash ^ this.#view.getInt32(at), ODD_1)
    return hash
  }
}

/** The word at `at`, or the last one, which then overlaps the one before. */
// biome-ignore lint/complexity/useMathMinMax: V8 makes doubles of what that is given
const wordAt = (view: DataView, at: number, last: number): number => view.getInt32(at < last ? at : last)

/** A key of less than a word as one. */
function shortKey(view: DataView, start: number, end: number): number {
  let word = 0
  for (let i = start; i < end; i++) word = (word << 8) | view.getUint8(i)
  return word
}

/** A multilinear hash (Lemire and Kaser, "Strongly universal string hashing is fast", 2014); what its low bits lack the high ones give. */
function mixed(length: number, first: number, second: number, third: number, last: number): number {
  const sum =
    Math.imul(first, ODD_1) + Math.imul(second, ODD_2) + Math.imul(third, ODD_3) + Math.imul(last, ODD_4) + length
  const product = Math.imul(sum ^ (sum >>> 16), ODD_1)
  return product ^ (product >>> 15)
}
