import type { LogRecord, Records } from './log.ts'

const FIRST_ROOM = 1 << 10
const NONE = -1
/** So many states are in the processor's cache whatever their order. */
const FEW_KEYS = 100
const NO_NUMBER = { lowest: 2 ** 31 - 1, highest: -1 }

/** Who is shown the records of a chunk, each twice. */
export interface Taker {
  /** All of them, in the log's order. @param index of the record in its chunk */
  meet(record: LogRecord, index: number): void
  /** The records of one key are taken next. @param index of the first of them @param keyNumber as its record has it */
  turnTo(index: number, keyNumber: number | undefined): void
  take(index: number): void
}

/**
 * Shows each record in order, then again those of one key one after the other, each key's in their order. Only what
 * befalls a key has an order that means something; and with thousands of keys, a key's state would have left the
 * processor's cache between one of its records and the next, at several times the cost of processing the record. The
 * log's order is that in which records lie in the memory: they are read fastest in it. For the same reason many keys
 * take their turns by their numbers, the order in which they first came and their states were made, few as they come.
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
    taker.meet(record, i)
    lists.add(i, record)
  }
}

function takeAll(taker: Taker): void {
  for (const list of lists.inOrder()) {
    const first = lists.first[list]!
    taker.turnTo(first, lists.numberOf(list))
    for (let i = first; i !== NONE; i = lists.next[i]!) taker.take(i)
  }
}

/** A linked list of records for each key, by their indices. Made once: memory of this size is dear to allocate. */
class Lists {
  count = 0
  /** By list: the index of its first and its last record so far, and the number of its key or none. */
  first = new Int32Array(FIRST_ROOM)
  #last = new Int32Array(FIRST_ROOM)
  #number = new Int32Array(FIRST_ROOM)
  #order = new Int32Array(FIRST_ROOM)
  /** By record: the index of the next one of its list, none at the end. */
  next = new Int32Array(FIRST_ROOM)
  /** By the number of a key: its list + 1; 0 is none. */
  #numbered = new Int32Array(FIRST_ROOM)
  /** Of the numbers that have a list. */
  #lowest = NO_NUMBER.lowest
  #highest = NO_NUMBER.highest
  /** The lists of keys without a number. */
  readonly #named = new Map<string | null, number>()

  makeRoom(records: number): void {
    if (records <= this.next.length) return
    this.first = new Int32Array(2 * records)
    this.#last = new Int32Array(2 * records)
    this.#number = new Int32Array(2 * records)
    this.#order = new Int32Array(2 * records)
    this.next = new Int32Array(2 * records)
  }

  add(index: number, record: LogRecord): void {
    const number = record.keyNumber ?? NONE
    const list = number === NONE ? this.#ofName(record.key) : this.#ofNumber(number)
    this.next[index] = NONE
    if (list === this.count) {
      this.count++
      this.first[list] = index
      this.#number[list] = number
    } else this.next[this.#last[list]!] = index
    this.#last[list] = index
  }

  /** @returns the lists; of many keys those without a number first, then by number */
  inOrder(): Int32Array {
    const order = this.#order
    let n = 0
    if (this.count <= FEW_KEYS) for (; n < this.count; n++) order[n] = n
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
    for (let list = 0; list < this.count; list++) {
      const number = this.#number[list]!
      if (number !== NONE) this.#numbered[number] = 0
    }
    this.#named.clear()
    this.count = 0
    this.#lowest = NO_NUMBER.lowest
    this.#highest = NO_NUMBER.highest
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
    this.#numbered[number] = this.count + 1
    this.#lowest = Math.min(this.#lowest, number)
    this.#highest = Math.max(this.#highest, number)
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
