import type { TradeBatch } from '@candlewick/exchanges'
import { Trade } from '@candlewick/market-data'
import type { Log } from '@candlewick/streams'
import type { Accounts } from './accounts.ts'

/** Maximum number of rows of a recording that are compared with the topic; each takes 24 bytes. */
const COMPARED_MAX = 4_000_000
const FIRST_CAPACITY = 1024
const SIDES = [null, 'buy', 'sell'] as const
const [NOT_FOUND, SAME, OTHER] = [0, 1, 2] as const

/** One pair's rows up to its cursor, in the order of their ids. */
class KnownRows {
  #ids = new Float64Array(FIRST_CAPACITY)
  #prints = new Float64Array(FIRST_CAPACITY)
  #found = new Uint8Array(FIRST_CAPACITY)
  count = 0

  add(id: number, print: number): void {
    if (this.count === this.#ids.length) this.#grow()
    this.#ids[this.count] = id
    this.#prints[this.count++] = print
  }

  /** Notes that the topic has a trade with this id. @returns whether its content differs */
  compare(id: number, print: number): boolean {
    const at = this.#find(id)
    if (at < 0) return false
    const isOther = this.#prints[at] !== print
    this.#found[at] = Math.max(this.#found[at]!, isOther ? OTHER : SAME)
    return isOther
  }

  /** @returns the first id that the topic does not have. */
  get lacking(): number | undefined {
    const at = this.#found.subarray(0, this.count).indexOf(NOT_FOUND)
    return at < 0 ? undefined : this.#ids[at]
  }

  /** @returns how many rows the topic has with the same content, with other content, and not at all. */
  get outcome(): { readonly same: number; readonly other: number; readonly missing: number } {
    const counts = [0, 0, 0]
    for (let i = 0; i < this.count; i++) counts[this.#found[i]!]!++
    return { same: counts[SAME]!, other: counts[OTHER]!, missing: counts[NOT_FOUND]! }
  }

  #find(id: number): number {
    let low = 0
    for (let high = this.count - 1; low <= high; ) {
      const middle = (low + high) >> 1
      const found = this.#ids[middle]!
      if (found === id) return middle
      if (found < id) low = middle + 1
      else high = middle - 1
    }
    return -1
  }

  #grow(): void {
    const grown = <A extends Float64Array | Uint8Array>(to: A, from: A): A => {
      to.set(from)
      return to
    }
    this.#ids = grown(new Float64Array(2 * this.count), this.#ids)
    this.#prints = grown(new Float64Array(2 * this.count), this.#prints)
    this.#found = grown(new Uint8Array(2 * this.count), this.#found)
  }
}

const numbers = new Float64Array(3)
const words = new Int32Array(numbers.buffer)

/** @returns a 53-bit hash of a trade's content: two different trades have the same one once in 10^16. */
function printOf(price: number, qty: number, ms: number, side: string | null): number {
  numbers.set([price, qty, ms])
  let a = side === null ? 1 : side === 'buy' ? 2 : 3
  let b = a
  for (const word of words) {
    a = Math.imul(a ^ word, 0x9e3779b1)
    a ^= a >>> 15
    b = Math.imul(b + word, 0x85ebca77)
    b ^= b >>> 13
  }
  return (a >>> 0) * 2 ** 21 + (b >>> 11)
}

export interface Comparison {
  readonly log: Log
  /** Name of the topic of trades. */
  readonly topic: string
  /** The last id of a pair that the topic has; null for none. */
  lastId(pair: string): number | null
  /** Start of the pair's oldest window that is open after the topic's trades, Unix ms. */
  openMs(pair: string): number
  isWanted(ms: number): boolean
}

/** A trade that the topic has with other content, that it lacks although it has later ones, or whose window is closed there. */
export interface Contradiction {
  readonly pair: string
  readonly trade_id: number
  readonly problem: string
}

const OTHER_CONTENT = 'is there with other content: is it the same exchange, pair and file?'
const LACKING = 'is not there, and cannot be written behind later ones'
const LATE = 'would be late: an earlier run has closed its window'

/**
 * Compares rows of a recording with the topic's records of the same ids, and adds the outcome to the accounts. Rows beyond
 * {@link COMPARED_MAX}, and rows whose records retention has deleted, count as not compared.
 * @returns the first row with other content, whose trade the topic never had, or which would be late there
 */
export async function compareWritten(
  batches: AsyncIterable<TradeBatch>,
  comparison: Comparison,
  accounts: Accounts,
): Promise<Contradiction | undefined> {
  const { known, late } = await knownRows(batches, comparison, accounts)
  if (known.size === 0) return late
  const { first: other, isTruncated } = await readTopic(known, comparison)
  let first = other
  for (const [pair, rows] of known) {
    const { already_there } = accounts.of(pair)
    const { same, other, missing } = rows.outcome
    if (missing > 0 && !isTruncated) first ??= { pair, trade_id: rows.lacking!, problem: LACKING }
    already_there.same += same
    already_there.other += other
    already_there.not_compared += missing
  }
  return first ?? late
}

async function knownRows(batches: AsyncIterable<TradeBatch>, comparison: Comparison, accounts: Accounts) {
  const { lastId, openMs, isWanted } = comparison
  const known = new Map<string, KnownRows>()
  let late: Contradiction | undefined
  let count = 0
  for await (const batch of batches)
    for (let row = 0; row < batch.length; row++) {
      const pair = batch.pair(row)
      const last = lastId(pair)
      if (last === null || !isWanted(batch.times[row]!)) continue
      if (batch.ids[row]! > last) {
        if (batch.times[row]! < openMs(pair)) late ??= { pair, trade_id: batch.ids[row]!, problem: LATE }
        continue
      }
      if (++count > COMPARED_MAX) {
        accounts.of(pair).already_there.not_compared++
        continue
      }
      const rows = known.get(pair) ?? new KnownRows()
      known.set(pair, rows)
      const side = SIDES[batch.sides[row]!]!
      rows.add(batch.ids[row]!, printOf(batch.prices[row]!, batch.qtys[row]!, batch.times[row]!, side))
    }
  return { known, late }
}

async function readTopic(known: ReadonlyMap<string, KnownRows>, { log, topic }: Comparison) {
  let first: Contradiction | undefined
  let isTruncated = false
  const count = (await log.topics.partitions([topic])).get(topic) ?? 0
  for (let partition = 0; partition < count; partition++) {
    const { start, end } = await log.offsets(topic, partition)
    if (start > 0) isTruncated = true
    for await (const records of log.read(topic, partition, start, end))
      for (const { key, value, headers } of records) {
        const rows = key === null || headers?.control ? undefined : known.get(key)
        if (!rows || value === null) continue
        const trade = tradeOf(value)
        if (!trade) continue
        const { trade_id, price, qty, timestamp_ms, side } = trade
        if (rows.compare(trade_id, printOf(price, qty, timestamp_ms, side)))
          first ??= { pair: key!, trade_id, problem: OTHER_CONTENT }
      }
  }
  return { first, isTruncated }
}

/** @returns undefined for a record of a foreign producer that is not a trade. */
function tradeOf(value: Buffer): Trade | undefined {
  try {
    return Trade.safeParse(JSON.parse(value.toString())).data
  } catch {
    return undefined
  }
}
