interface Entry {
  readonly bytes: Buffer
  readonly pair: number
}

/** Finds pairs by the bytes that a file names them by, without making a string a line. */
export class SymbolTable {
  readonly #find: (symbol: string) => number
  readonly #entries = new Map<number, Entry[]>()

  /** @param find is asked once for each symbol */
  constructor(find: (symbol: string) => number) {
    this.#find = find
  }

  /** @param hash of the bytes [start, end) of the block, equal for equal bytes */
  pairOf(block: Buffer, start: number, end: number, hash: number): number {
    const alike = this.#entries.get(hash) ?? []
    for (const { bytes, pair } of alike) if (isEqual(bytes, block, start, end)) return pair
    const pair = this.#find(block.toString('utf8', start, end))
    this.#entries.set(hash, [...alike, { bytes: Buffer.from(block.subarray(start, end)), pair }])
    return pair
  }
}

function isEqual(bytes: Buffer, block: Buffer, start: number, end: number): boolean {
  if (end - start !== bytes.length) return false
  for (let i = 0; i < bytes.length; i++) if (block[start + i] !== bytes[i]) return false
  return true
}
