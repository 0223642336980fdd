/** A power of two, several times the number of symbols that a read may have. */
const SLOTS = 1 << 16
const EMPTY = -1

interface Entry {
  readonly hash: number
  readonly bytes: Buffer
  readonly pair: number
}

/** Finds pairs by the bytes of their names in a file, without creating a string for each line. */
export class SymbolTable {
  readonly #find: (symbol: string) => number
  readonly #entries: Entry[] = []
  /** Indices of entries, each at its hash or the next free place. */
  readonly #slots = new Int32Array(SLOTS).fill(EMPTY)

  /** @param find is called once for each symbol, and limits their number */
  constructor(find: (symbol: string) => number) {
    this.#find = find
  }

  /** @param hash of the bytes [start, end) of the block, equal for equal bytes */
  pairOf(block: Buffer, start: number, end: number, hash: number): number {
    let slot = hash & (SLOTS - 1)
    for (let index = this.#slots[slot]!; index !== EMPTY; index = this.#slots[slot]!) {
      const entry = this.#entries[index]!
      if (entry.hash === hash && isEqual(entry.bytes, block, start, end)) return entry.pair
      slot = (slot + 1) & (SLOTS - 1)
    }
    const pair = this.#find(block.toString('utf8', start, end))
    this.#slots[slot] = this.#entries.push({ hash, bytes: Buffer.from(block.subarray(start, end)), pair }) - 1
    return pair
  }
}

function isEqual(bytes: Buffer, block: Buffer, start: number, end: number): boolean {
  if (end - start !== bytes.length) return false
  for (let i = 0; i < bytes.length; i++) if (block[start + i] !== bytes[i]) return false
  return true
}
