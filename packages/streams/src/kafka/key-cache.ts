const SLOTS = 1 << 14
const LONGEST_BYTES = 64

interface Slot {
  readonly bytes: Uint8Array
  readonly text: string
}

/**
 * The strings of keys, which come again and again: to find one by its bytes costs a fraction of making it and its hash
 * anew. A slot forgets its string for the next one, so that memory is bounded.
 */
export class KeyCache {
  readonly #slots: (Slot | undefined)[]

  /** @param slots a power of two */
  constructor(slots = SLOTS) {
    this.#slots = new Array<Slot | undefined>(slots).fill(undefined)
  }

  /** @returns the UTF-8 text in [start, end) of the bytes. */
  text(bytes: Buffer, start: number, end: number): string {
    const length = end - start
    if (length > LONGEST_BYTES) return bytes.toString('utf8', start, end)
    // FNV-1a; what its low bits lack the high ones give.
    let hash = 0x811c9dc5
    for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
    const slot = (hash ^ (hash >>> 15)) & (this.#slots.length - 1)
    const known = this.#slots[slot]
    if (known !== undefined && equal(known.bytes, bytes, start, length)) return known.text
    const text = bytes.toString('utf8', start, end)
    this.#slots[slot] = { bytes: new Uint8Array(bytes.subarray(start, end)), text }
    return text
  }
}

function equal(known: Uint8Array, bytes: Buffer, start: number, length: number): boolean {
  if (known.length !== length) return false
  for (let i = 0; i < length; i++) if (known[i] !== bytes[start + i]) return false
  return true
}
