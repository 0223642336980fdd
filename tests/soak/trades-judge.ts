import { Trade } from '@candlewick/market-data'
import { controlContent, type LogRecord } from '@candlewick/streams'
import { sameValues } from '../reference/same.ts'
import type { Problems } from './problems.ts'
import type { Reference } from './reference.ts'

interface PairTrades {
  /** The partition in which the pair's first trade was written. */
  birthplace: number | undefined
  /** The lowest id that has not arrived; undefined before the first trade is known. */
  next: number | undefined
  /** Ids above `next` that have arrived already, from partitions that are read faster than others. */
  readonly ahead: Set<number>
  /** The last id that was read in each partition. */
  readonly last: Map<number, number>
}

/** Compares the topic of trades with the exchange's list: each trade must appear once, unchanged, in the order of ids. */
export class TradesJudge {
  readonly #reference: Reference
  readonly #problems: Problems
  readonly #pairs = new Map<string, PairTrades>()
  readonly #onBirth: (pair: string) => void
  checked = 0
  moves = 0

  constructor(reference: Reference, problems: Problems, onBirth: (pair: string) => void) {
    this.#reference = reference
    this.#problems = problems
    this.#onBirth = onBirth
  }

  take(record: LogRecord, partition: number): void {
    const kind = record.headers?.control
    if (kind === undefined) this.#trade(Trade.parse(JSON.parse(String(record.value))), partition)
    else if (kind === 'arrive' && controlContent(record).from === null) this.#born(record.key!, partition)
    else if (kind === 'move') this.moves++
    else if (kind === 'gap')
      this.#problems.add('gaps', `the ingestor gives trades up that the exchange has: ${record.headers?.content}`)
  }

  /** @returns how many trades from before the given time (Unix ms) have not arrived */
  missing(untilMs: number, tell = false): number {
    let missing = 0
    for (const [pair, { next = 0, ahead }] of this.#pairs) {
      const last = this.#reference.lastIdBefore(pair, untilMs)
      const of = Math.max(0, last - next + 1) - [...ahead].filter(id => id <= last).length
      if (tell && of > 0) this.#problems.add('trades lost', `${of} trades of ${pair} from id ${next}`)
      missing += of
    }
    return missing
  }

  get pairs(): number {
    return this.#pairs.size
  }

  #born(pair: string, partition: number): void {
    const known = this.#of(pair)
    if (known.birthplace !== undefined) this.#problems.add('births', `${pair} is born twice`)
    known.birthplace = partition
  }

  #trade(trade: Trade, partition: number): void {
    const { pair, trade_id: id } = trade
    const of = this.#of(pair)
    this.checked++
    if (!sameValues(trade, this.#reference.trade(pair, id)))
      this.#problems.add('trades wrong', `${JSON.stringify(trade)}, which is not what the exchange has`)
    if (id <= (of.last.get(partition) ?? -1))
      this.#problems.add('trades out of order', `${pair} ${id} after ${of.last.get(partition)} in ${partition}`)
    of.last.set(partition, id)
    if (of.next === undefined && of.birthplace === partition) this.#begin(pair, of, id)
    if (of.ahead.has(id) || id < (of.next ?? 0)) this.#problems.add('trades doubled', `${pair} ${id}`)
    of.ahead.add(id)
    while (of.next !== undefined && of.ahead.delete(of.next)) of.next++
  }

  #begin(pair: string, of: PairTrades, id: number): void {
    of.next = id
    this.#reference.begin(pair, id)
    this.#onBirth(pair)
  }

  #of(pair: string): PairTrades {
    const known = this.#pairs.get(pair)
    if (known) return known
    const of: PairTrades = { birthplace: undefined, next: undefined, ahead: new Set(), last: new Map() }
    this.#pairs.set(pair, of)
    return of
  }
}
