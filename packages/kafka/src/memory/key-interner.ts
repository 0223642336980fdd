const FIRST_SLOTS = 1 << 10
/** Minimum number of slots for each key: the more slots are free, the fewer collisions. */
const SLOTS_A_KEY = 4
/** Bounds the memory if a producer keeps writing new keys. */
const MOST_KEYS = 0xffff
/** Two keys that are not UTF-8 can decode to the same text, so such keys get no id. */
const REPLACEMENT = '\ufffd'
const NONE = -1
const WORD_BYTES = 4
/** Longest key that four words describe completely; longer keys are compared as text, too. */
const WHOLE_BYTES = 4 * WORD_BYTES
/** Four words of the key, its length in bytes and its hash, padded to half a cache line. */
const ENTRY_WORDS = 8
/** The fractions of the square roots of 2, 3, 5 and 7 as words, made odd. */
const [ODD_1, ODD_2, ODD_3, ODD_4] = [0x6a09e667, 0xbb67ae85 | 0, 0x3c6ef373, 0xa54ff53b | 0]
const [FIRST, SECOND, THIRD, LAST, LENGTH, HASH] = [0, 1, 2, 3, 4, 5]

/**
 * Interns keys: gives each distinct key a small integer, its id, from 0 on, and keeps the key's text.
 *
 * Interning the bytes of a known key costs a fraction of decoding them to a string and looking that up in a Map. With
 * thousands of keys the tables should fit into the CPU's cache, so they are flat arrays instead of one object a key.
 */
export class KeyInterner {
  /** Open addressing: a key's id + 1 is in the first free slot from the slot of its hash on; 0 marks a free slot. */
  #slots = new Uint16Array(FIRST_SLOTS)
  /** By key id. */
  #entries = new Int32Array((ENTRY_WORDS * FIRST_SLOTS) / SLOTS_A_KEY)
  #texts: string[] = []
  /** The buffer of the last key, and its view. */
  #bytes: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))

  get size(): number {
    return this.#texts.length
  }

  /** Whether new keys get no id until {@link clear} is called. */
  get isFull(): boolean {
    return this.size === MOST_KEYS
  }

  /** Keys by id. When the keys are cleared, a new array replaces this one, which stays unchanged. */
  get texts(): readonly string[] {
    return this.#texts
  }

  /**
   * Compares four words of the key, the first three and the last, without a loop, because most keys are not longer than that.
   * @returns the id of the key in [start, end) of the bytes; -1 for a key that is not UTF-8, or new while {@link isFull}
   */
  intern(bytes: Buffer, start: number, end: number): number {
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

  /** Forgets all keys; their ids are assigned again. */
  clear(): void {
    this.#slots.fill(0)
    this.#texts = []
  }

  #add(slot: number, start: number, end: number, entry: readonly number[]): number {
    if (this.isFull) return NONE
    const text = this.#bytes.toString('utf8', start, end)
    if (text.includes(REPLACEMENT)) return NONE
    const id = this.#texts.push(text) - 1
    this.#entries.set(entry, id * ENTRY_WORDS)
    this.#slots[slot] = id + 1
    if (SLOTS_A_KEY * this.size === this.#slots.length) this.#grow()
    return id
  }

  #grow(): void {
    const entries = new Int32Array(2 * this.#entries.length)
    entries.set(this.#entries)
    this.#entries = entries
    const slots = new Uint16Array(2 * this.#slots.length)
    const mask = slots.length - 1
    for (let id = 0; id < this.size; id++) {
      let slot = entries[id * ENTRY_WORDS + HASH]! & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = id + 1
    }
    this.#slots = slots
  }

  /** Hashes the words between the third and the last of a key that has more than four. */
  #hashBetween(start: number, end: number): number {
    let hash = 0
    for (let at = start + WHOLE_BYTES - WORD_BYTES; at < end - WORD_BYTES; at += WORD_BYTES)
      hash = Math.imul(hash ^ this.#view.getInt32(at), ODD_1)
    return hash
  }
}

/** @returns the word at `at`; the last word, which overlaps the one before, when the key ends sooner. */
// biome-ignore lint/complexity/useMathMinMax: Math.min converts its arguments to doubles
const wordAt = (view: DataView, at: number, last: number): number => view.getInt32(at < last ? at : last)

/** @returns the bytes of a key that is shorter than a word. */
function shortKey(view: DataView, start: number, end: number): number {
  let word = 0
  for (let i = start; i < end; i++) word = (word << 8) | view.getUint8(i)
  return word
}

/** A multilinear hash (Lemire and Kaser, "Strongly universal string hashing is fast", 2014), its high bits mixed into the low ones. */
function mixed(length: number, first: number, second: number, third: number, last: number): number {
  const sum =
    Math.imul(first, ODD_1) + Math.imul(second, ODD_2) + Math.imul(third, ODD_3) + Math.imul(last, ODD_4) + length
  const product = Math.imul(sum ^ (sum >>> 16), ODD_1)
  return product ^ (product >>> 15)
}
