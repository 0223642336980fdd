import type { LogRecord, Records } from './log.ts'

const FIRST_ROOM = 1 << 10
const NONE = -1
/** So many slots lie side by side. */
const BLOCK = 4
/** So many states are in the processor's cache whatever their order. */
const FEW_KEYS = 100
const NO_NUMBER = { lowest: 2 ** 31 - 1, highest: -1 }

/** Who is shown the records of a chunk, each twice. */
export interface Taker {
  /**
   * All of them, in the log's order. @param slot where what is kept of the record lies beside that of its key's others
   * @returns whether that is all that it takes
   */
  meet(record: LogRecord, slot: number): boolean
  /** The records of one key are taken next. @param index of the first of them @param keyNumber as its record has it */
  turnTo(index: number, keyNumber: number | undefined): void
  /** One of which that is all that it takes. @param index of the record in its chunk */
  take(slot: number, index: number): void
  /** Any other. */
  takeWhole(index: number): void
}

/**
 * Shows each record in order, then again those of one key one after the other, each key's in their order. Only what
 * befalls a key has an order that means something; and with thousands of keys, a key's state would have left the
 * processor's cache between one of its records and the next, at several times the cost of processing the record. The
 * log's order is that in which records lie in the memory: they are read fastest in it, and what is kept of them is laid
 * down in that of the turns. For the same reason many keys take their turns by their numbers, the order in which they
 * first came and their states were made, few as they come.
 */
export function byKey(records: Records, taker: Taker): void {
  lists.makeRoom(records.length)
  try {
    meetAll(records, taker)
    takeAll(taker)
  } finally {
    lists.clear()
  }
}

/** Two functions, that V8 compiles what reads records apart from what it learns late: what happens when windows end. */
function meetAll(records: Records, taker: Taker): void {
  for (let i = 0; i < records.length; i++) {
    const record = records.at(i)!
    const slot = lists.add(record)
    lists.record[slot] = taker.meet(record, slot) ? i : ~i
  }
}

function takeAll(taker: Taker): void {
  for (const list of lists.inOrder()) {
    const first = lists.first[list]!
    const end = lists.end[list]!
    taker.turnTo(lists.indexAt(first), lists.numberOf(list))
    for (let slot = first; slot !== NONE; slot = lists.after(slot, end)) {
      const index = lists.record[slot]!
      if (index >= 0) taker.take(slot, index)
      else taker.takeWhole(~index)
    }
  }
}

/**
 * The slots of each key's records, in blocks of four: a key's next block is the next one that is free. Made once: memory
 * of this size is dear to allocate.
 */
class Lists {
  #count = 0
  #blocks = 0
  /** By list: its first slot and the one after its last so far, and the number of its key or none. */
  first = new Int32Array(FIRST_ROOM)
  end = new Int32Array(FIRST_ROOM)
  #number = new Int32Array(FIRST_ROOM)
  #order = new Int32Array(FIRST_ROOM)
  /** By block: the first slot of its list's next one. */
  #next = new Int32Array(FIRST_ROOM)
  /** By slot: the index of its record, or the complement of it (below 0) for one that takes more than its slot. */
  record = new Int32Array(BLOCK * FIRST_ROOM)
  /** By the number of a key: its list + 1; 0 is none. */
  #numbered = new Int32Array(FIRST_ROOM)
  /** Of the numbers that have a list. */
  #lowest = NO_NUMBER.lowest
  #highest = NO_NUMBER.highest
  /** The lists of keys without a number. */
  readonly #named = new Map<string | null, number>()

  makeRoom(records: number): void {
    if (records <= this.first.length) return
    const room = 2 * records
    this.first = new Int32Array(room)
    this.end = new Int32Array(room)
    this.#number = new Int32Array(room)
    this.#order = new Int32Array(room)
    this.#next = new Int32Array(room)
    this.record = new Int32Array(BLOCK * room)
  }

  /** @returns the record's slot */
  add(record: LogRecord): number {
    const number = record.keyNumber ?? NONE
    const list = number === NONE ? this.#ofName(record.key) : this.#ofNumber(number)
    if (list === this.#count) return this.#begin(number)
    const end = this.end[list]!
    const slot = end % BLOCK === 0 ? this.#goOn(end) : end
    this.end[list] = slot + 1
    return slot
  }

  /** @returns the slot after that one of a list that has the `end`, none after the last */
  after(slot: number, end: number): number {
    const next = slot + 1
    if (next === end) return NONE
    return next % BLOCK === 0 ? this.#next[next / BLOCK - 1]! : next
  }

  indexAt(slot: number): number {
    const index = this.record[slot]!
    return index < 0 ? ~index : index
  }

  /** @returns the lists; of many keys those without a number first, then by number */
  inOrder(): Int32Array {
    const order = this.#order
    let n = 0
    if (this.#count <= FEW_KEYS) for (; n < this.#count; n++) order[n] = n
    else {
      for (const list of this.#named.values()) order[n++] = list
      for (let number = this.#lowest; number <= this.#highest; number++) {
        const found = this.#numbered[number]!
        if (found > 0) order[n++] = found - 1
      }
    }
    return order.subarray(0, n)
  }

  numberOf(list: number): number | undefined {
    const number = this.#number[list]!
    return number === NONE ? undefined : number
  }

  clear(): void {
    for (let list = 0; list < this.#count; list++) {
      const number = this.#number[list]!
      if (number !== NONE) this.#numbered[number] = 0
    }
    this.#named.clear()
    this.#count = 0
    this.#blocks = 0
    this.#lowest = NO_NUMBER.lowest
    this.#highest = NO_NUMBER.highest
  }

  #begin(number: number): number {
    const list = this.#count++
    const slot = BLOCK * this.#blocks++
    this.first[list] = slot
    this.end[list] = slot + 1
    this.#number[list] = number
    return slot
  }

  /** @param end of a list whose last block is full. @returns the first slot of its next one */
  #goOn(end: number): number {
    const slot = BLOCK * this.#blocks++
    this.#next[end / BLOCK - 1] = slot
    return slot
  }

  /** @returns the count of lists for a new one */
  #ofNumber(number: number): number {
    if (number >= this.#numbered.length) {
      const grown = new Int32Array(2 * number)
      grown.set(this.#numbered)
      this.#numbered = grown
    }
    const found = this.#numbered[number]!
    if (found > 0) return found - 1
    this.#numbered[number] = this.#count + 1
    this.#lowest = Math.min(this.#lowest, number)
    this.#highest = Math.max(this.#highest, number)
    return this.#count
  }

  #ofName(name: string | null): number {
    const found = this.#named.get(name)
    if (found !== undefined) return found
    this.#named.set(name, this.#count)
    return this.#count
  }
}

const lists = new Lists()
