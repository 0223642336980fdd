const FIRST_SLOTS = 1 << 10
/** Keys that are no UTF-8 differ in their bytes, but not in their texts. */
const REPLACEMENT = '\ufffd'

/**
 * Numbers keys by their bytes, from 0 on, and keeps their texts: to find one that has come before costs a fraction of
 * making its string and looking that up. With thousands of keys all that is looked at should fit into the processor's
 * cache, so it lies side by side instead of in an object a key.
 */
export class KeyIndex {
  /** Open addressing: a key's number + 1 is in the first free slot from that of its hash on; 0 is free. */
  #slots = new Uint32Array(FIRST_SLOTS)
  /** The bytes of all keys, and where each one's end. */
  #bytes = Buffer.alloc(FIRST_SLOTS)
  #ends = new Uint32Array(FIRST_SLOTS)
  #texts: string[] = []

  get size(): number {
    return this.#texts.length
  }

  /** By number. Stays as it is when all keys are forgotten. */
  get texts(): readonly string[] {
    return this.#texts
  }

  /** @returns the number of the key in [start, end) of the bytes, -1 for one that is no UTF-8 */
  number(bytes: Buffer, start: number, end: number): number {
    const mask = this.#slots.length - 1
    let slot = hashOf(bytes, start, end) & mask
    for (let found = this.#slots[slot]!; found !== 0; found = this.#slots[slot]!) {
      if (this.#is(found - 1, bytes, start, end)) return found - 1
      slot = (slot + 1) & mask
    }
    return this.#add(slot, bytes, start, end)
  }

  /** Forgets all keys, whose numbers are given anew. */
  clear(): void {
    this.#slots.fill(0)
    this.#texts = []
  }

  #start(number: number): number {
    return number === 0 ? 0 : this.#ends[number - 1]!
  }

  #is(number: number, bytes: Buffer, start: number, end: number): boolean {
    const known = this.#bytes
    const from = this.#start(number)
    const length = end - start
    if (this.#ends[number]! - from !== length) return false
    for (let i = 0; i < length; i++) if (known[from + i] !== bytes[start + i]) return false
    return true
  }

  #add(slot: number, bytes: Buffer, start: number, end: number): number {
    const text = bytes.toString('utf8', start, end)
    if (text.includes(REPLACEMENT)) return -1
    const number = this.#texts.push(text) - 1
    const from = this.#start(number)
    const to = from + end - start
    if (to > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], 2 * to)
    bytes.copy(this.#bytes, from, start, end)
    this.#ends[number] = to
    this.#slots[slot] = number + 1
    if (2 * this.size === this.#slots.length) this.#grow()
    return number
  }

  #grow(): void {
    const slots = new Uint32Array(2 * this.#slots.length)
    const mask = slots.length - 1
    for (let number = 0; number < this.size; number++) {
      let slot = hashOf(this.#bytes, this.#start(number), this.#ends[number]!) & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = number + 1
    }
    this.#slots = slots
    const ends = new Uint32Array(slots.length)
    ends.set(this.#ends)
    this.#ends = ends
  }
}

/** FNV-1a; what its low bits lack the high ones give. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193)
  return hash ^ (hash >>> 15)
}
