const SLOTS = 1 << 14
/** A slot is a line of the processor's cache: the hash, the length, the bytes. */
const LINE_BYTES = 64
const LINE_WORDS = LINE_BYTES / 4
const HEAD_BYTES = 8
const LONGEST_BYTES = LINE_BYTES - HEAD_BYTES
/** A key is in one of so many slots from its own on; then it takes the first one's place. */
const PROBES = 4

/**
 * The strings of keys, which come again and again: to find one by its bytes costs a fraction of making it and its hash
 * anew. A slot forgets its string for another one in the end, so that memory is bounded. All that is compared lies side
 * by side: with thousands of keys, each object on the way would be a miss of the processor's cache.
 */
export class KeyCache {
  readonly #texts: (string | undefined)[]
  readonly #bytes: Uint8Array
  readonly #words: Int32Array

  /** @param slots a power of two */
  constructor(slots = SLOTS) {
    this.#texts = new Array<string | undefined>(slots).fill(undefined)
    this.#bytes = new Uint8Array(slots * LINE_BYTES)
    this.#words = new Int32Array(this.#bytes.buffer)
  }

  /** @returns the UTF-8 text in [start, end) of the bytes. */
  text(bytes: Buffer, start: number, end: number): string {
    const length = end - start
    if (length > LONGEST_BYTES) return bytes.toString('utf8', start, end)
    const hash = fnv1a(bytes, start, end)
    const mask = this.#texts.length - 1
    // What the low bits lack the high ones give.
    const first = (hash ^ (hash >>> 15)) & mask
    for (let probe = 0; probe < PROBES; probe++) {
      const slot = (first + probe) & mask
      if (this.#holds(slot, hash, bytes, start, length)) return this.#texts[slot]!
      if (this.#texts[slot] === undefined) return this.#keep(slot, hash, bytes, start, end)
    }
    return this.#keep(first, hash, bytes, start, end)
  }

  #keep(slot: number, hash: number, bytes: Buffer, start: number, end: number): string {
    const text = bytes.toString('utf8', start, end)
    this.#texts[slot] = text
    this.#words[slot * LINE_WORDS] = hash
    this.#words[slot * LINE_WORDS + 1] = end - start
    bytes.copy(this.#bytes, slot * LINE_BYTES + HEAD_BYTES, start, end)
    return text
  }

  #holds(slot: number, hash: number, bytes: Buffer, start: number, length: number): boolean {
    const word = slot * LINE_WORDS
    if (this.#words[word] !== hash || this.#words[word + 1] !== length) return false
    const known = this.#bytes
    const at = slot * LINE_BYTES + HEAD_BYTES
    for (let i = 0; i < length; i++) if (known[at + i] !== bytes[start + i]) return false
    return true
  }
}

function fnv1a(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash
}
