const FIRST_SLOTS = 1 << 10
/** Of a source that names ever new ones. */
const MOST_KEYS = 0xffff
/** Keys that are no UTF-8 differ in their bytes, but not in their texts. */
const REPLACEMENT = '\ufffd'
const NONE = -1
const WORD_BYTES = 4
/** What a key's words are behind: its number and its length in bytes. */
const HEAD_WORDS = 2
/** Odd, and as far from any pattern as the golden ratio is (Knuth, "The Art of Computer Programming", 6.4). */
const MULTIPLIER = 0x9e3779b1

/**
 * Numbers keys by their bytes, from 0 on, and keeps their texts: to find one that has come before costs a fraction of
 * making its string and looking that up. With thousands of keys all that is looked at should fit into the processor's
 * cache, so it lies side by side instead of in an object a key.
 */
export class KeyIndex {
  /** Open addressing: where a key's entry begins, + 1, is in the first free slot from that of its hash on; 0 is free. */
  #slots = new Uint32Array(FIRST_SLOTS)
  /** The keys' entries one after the other, and where the last one ends. */
  #words = new Int32Array(FIRST_SLOTS)
  #end = 0
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

  /** @returns the number of the key in [start, end) of the bytes, -1 for one that is no UTF-8, and where it is full */
  number(bytes: Buffer, start: number, end: number): number {
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    }
    const view = this.#view
    let hash = end - start
    for (let at = start; at < end; at += WORD_BYTES) hash = mixed(hash, wordAt(view, start, end, at))
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      if (this.#is(found - 1, start, end)) return this.#words[found - 1]!
      slot = (slot + 1) & mask
    }
    return this.#add(slot, start, end)
  }

  /** Forgets all keys, whose numbers are given anew. */
  clear(): void {
    this.#slots.fill(0)
    this.#end = 0
    this.#texts = []
  }

  #is(entry: number, start: number, end: number): boolean {
    const words = this.#words
    const view = this.#view
    if (words[entry + 1] !== end - start) return false
    let word = entry + HEAD_WORDS
    for (let at = start; at < end; at += WORD_BYTES) if (words[word++] !== wordAt(view, start, end, at)) return false
    return true
  }

  #add(slot: number, start: number, end: number): number {
    if (this.isFull) return NONE
    const text = this.#bytes.toString('utf8', start, end)
    if (text.includes(REPLACEMENT)) return NONE
    const number = this.#texts.push(text) - 1
    this.#slots[slot] = this.#end + 1
    this.#makeRoom(HEAD_WORDS + (end - start))
    this.#words[this.#end++] = number
    this.#words[this.#end++] = end - start
    for (let at = start; at < end; at += WORD_BYTES) this.#words[this.#end++] = wordAt(this.#view, start, end, at)
    if (2 * this.size === this.#slots.length) this.#grow()
    return number
  }

  #makeRoom(words: number): void {
    if (this.#end + words <= this.#words.length) return
    const grown = new Int32Array(2 * (this.#end + words))
    grown.set(this.#words)
    this.#words = grown
  }

  #grow(): void {
    const slots = new Uint32Array(2 * this.#slots.length)
    const mask = slots.length - 1
    for (let entry = 0; entry < this.#end; ) {
      const length = this.#words[entry + 1]!
      const next = entry + HEAD_WORDS + Math.ceil(length / WORD_BYTES)
      let hash = length
      for (let word = entry + HEAD_WORDS; word < next; word++) hash = mixed(hash, this.#words[word]!)
      let slot = hash & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = entry + 1
      entry = next
    }
    this.#slots = slots
  }
}

/** The word at `at` of the key in [start, end): the last one begins in the one before, or is all of a shorter key. */
function wordAt(view: DataView, start: number, end: number, at: number): number {
  const last = end - WORD_BYTES
  // biome-ignore lint/complexity/useMathMinMax: V8 makes doubles of what that is given
  if (last >= start) return view.getInt32(at < last ? at : last)
  let word = 0
  for (let i = start; i < end; i++) word = (word << 8) | view.getUint8(i)
  return word
}

/** A hash of the word and what came before it; what the low bits lack the high ones give. */
function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, MULTIPLIER)
  return product ^ (product >>> 15)
}
