/** A power of two, several times the number of symbols that a read may have. */
const SLOTS = 1 << 16
/** Numbers of a slot: the symbol's hash, where its bytes start and end, and its pair. An empty slot ends at 0. */
const [HASH, START, END, PAIR, SLOT] = [0, 1, 2, 3, 4]
const LAST = SLOTS * SLOT - 1
const BYTES = 1 << 12

/**
 * Finds pairs by the bytes of their names in a file, without creating a string for each line. A slot and the bytes of a symbol are
 * two cache lines. With an object for each symbol they were six, and reading 5,000,000 trades of 500 pairs took 3.1 instead of
 * 2.6 CPU-seconds.
 */
export class SymbolTable {
  readonly #find: (symbol: string) => number
  /** Slots, each at its symbol's hash or the next free place. */
  readonly #slots = new Int32Array(SLOTS * SLOT)
  /** The bytes of all symbols. */
  #bytes = Buffer.alloc(BYTES)
  #end = 0

  /** @param find is called once for each symbol, and limits their number */
  constructor(find: (symbol: string) => number) {
    this.#find = find
  }

  /** @param hash of the bytes [start, end) of the block, equal for equal bytes */
  pairOf(block: Buffer, start: number, end: number, hash: number): number {
    const slots = this.#slots
    let slot = (hash & (SLOTS - 1)) * SLOT
    for (; slots[slot + END] !== 0; slot = (slot + SLOT) & LAST)
      if (slots[slot + HASH] === hash && this.#isEqual(slot, block, start, end)) return slots[slot + PAIR]!
    return this.#add(slot, block.subarray(start, end), hash)
  }

  #isEqual(slot: number, block: Buffer, start: number, end: number): boolean {
    const bytes = this.#bytes
    const own = this.#slots[slot + START]!
    if (this.#slots[slot + END]! - own !== end - start) return false
    for (let i = 0; start + i < end; i++) if (bytes[own + i] !== block[start + i]) return false
    return true
  }

  #add(slot: number, symbol: Buffer, hash: number): number {
    const pair = this.#find(symbol.toString())
    const start = this.#end
    this.#end += symbol.length
    if (this.#end > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#end)])
    symbol.copy(this.#bytes, start)
    this.#slots.set([hash, start, this.#end, pair], slot)
    return pair
  }
}
