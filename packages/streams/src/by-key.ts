import type { LogRecord } from './log.ts'

const FIRST_ROOM = 1 << 10

/**
 * The same records, those of one key one after the other, each key's in their order. Only what befalls a key has an
 * order that means something; and with thousands of keys, a key's state would have left the processor's cache between
 * one of its records and the next, at several times the cost of processing the record.
 */
export function byKey(records: readonly LogRecord[]): readonly LogRecord[] {
  lists.makeRoom(records.length)
  for (let i = 0; i < records.length; i++) lists.add(i, records[i]!)
  const ordered: LogRecord[] = []
  for (let list = 0; list < lists.count; list++) {
    let i = lists.first[list]!
    do {
      ordered.push(records[i]!)
      i = lists.next[i]!
    } while (i > 0)
  }
  lists.clear(records)
  return ordered
}

/** A linked list of records for each key, by their indices. Made once: memory of this size is dear to allocate. */
class Lists {
  count = 0
  /** By list: the index of its first and its last record so far. */
  first = new Uint32Array(FIRST_ROOM)
  last = new Uint32Array(FIRST_ROOM)
  /** By record: the index of the next one of its list; 0, which follows none, at the end. */
  next = new Uint32Array(FIRST_ROOM)
  /** By the key's number: its list + 1; 0 is none. */
  #numbered = new Uint32Array(FIRST_ROOM)
  /** Of keys without a number. */
  readonly #named = new Map<string | null, number>()

  makeRoom(records: number): void {
    if (records <= this.next.length) return
    this.first = new Uint32Array(2 * records)
    this.last = new Uint32Array(2 * records)
    this.next = new Uint32Array(2 * records)
  }

  add(index: number, { key, keyNumber }: LogRecord): void {
    const list = keyNumber === undefined ? this.#ofName(key) : this.#ofNumber(keyNumber)
    this.next[index] = 0
    if (list === this.count) {
      this.first[list] = index
      this.count++
    } else this.next[this.last[list]!] = index
    this.last[list] = index
  }

  /** @param records those that were added */
  clear(records: readonly LogRecord[]): void {
    for (let list = 0; list < this.count; list++) {
      const { keyNumber } = records[this.first[list]!]!
      if (keyNumber !== undefined) this.#numbered[keyNumber] = 0
    }
    this.#named.clear()
    this.count = 0
  }

  /** @returns the count of lists for a new one */
  #ofNumber(number: number): number {
    if (number >= this.#numbered.length) {
      const grown = new Uint32Array(2 * number)
      grown.set(this.#numbered)
      this.#numbered = grown
    }
    const found = this.#numbered[number]!
    if (found > 0) return found - 1
    this.#numbered[number] = this.count + 1
    return this.count
  }

  #ofName(name: string | null): number {
    const found = this.#named.get(name)
    if (found !== undefined) return found
    this.#named.set(name, this.count)
    return this.count
  }
}

const lists = new Lists()
