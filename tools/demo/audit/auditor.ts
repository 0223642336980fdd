import { type Candle, isBar } from '@candlewick/market-data'
import { BarTrades } from './bar-trades.ts'
import { Ledger } from './ledger.ts'
import { type AuditTrade, Recomputation, type Sums } from './recomputation.ts'

/** A complete and growing list of trades: the exchange's list, or the topic of trades if there is none. */
export interface TradeList {
  /** @returns the pair's next trades, from its beginning, in the order of their ids. */
  take(pair: string, fromMs: number): Iterable<AuditTrade>
  /** @returns the time before which every trade of the pair was returned (Unix ms). */
  known(pair: string): number
  /** @returns the time from which on the list has every trade of the pair (Unix ms). */
  completeFrom(pair: string): number
  /** Number of trades that were too many to keep. Their windows are not checked. */
  readonly forgotten?: number
}

export interface Findings {
  readonly checked: number
  readonly wrong: number
  readonly doubled: number
  readonly missing: number
  /** Windows that have ended and whose candle has not arrived yet. */
  readonly awaited: number
  /** Windows with `complete: false`, windows that began before the list of trades, and windows too old to be recognised. */
  readonly unchecked: number
  /** The newest problems, a sentence each, after a line that counts the earlier ones. */
  readonly complaints: readonly string[]
}

const COMPLAINTS_MAX = 5
const EXACT = ['open', 'high', 'low', 'close', 'trade_count', 'first_trade_id', 'last_trade_id'] as const
const SUMMED = ['volume', 'quote_volume', 'buy_volume'] as const

/** Compares each candle with its recomputation from the trades. */
export class Auditor {
  readonly #trades: TradeList
  readonly #recomputation: Recomputation
  readonly #barTrades = new BarTrades()
  readonly #ledger = new Ledger()
  readonly #complaints: string[] = []
  /** Candles of windows whose trades are not all known yet. */
  #pending: Candle[] = []
  #checked = 0
  #wrong = 0
  #unchecked = 0
  #complained = 0

  constructor(trades: TradeList, baseMs: number) {
    this.#trades = trades
    this.#recomputation = new Recomputation(baseMs)
  }

  /** Takes a final candle of the topic. */
  candle(candle: Candle, nowMs: number): void {
    const place = this.#ledger.note(candle, nowMs)
    if (place === 'doubled') this.#complain(`doubled: ${nameOf(candle)}`)
    // The exchange's own candles are incomplete and reach back weeks, so their trades are not even read.
    else if (place === 'first' && candle.complete) this.#pending.push(candle)
    else this.#unchecked++
  }

  /** Checks the candles for whose windows all trades are known by now. */
  check(nowMs: number): void {
    for (const pair of new Set(this.#pending.map(c => c.pair))) {
      const first = this.#pending.find(c => c.pair === pair)!
      for (const trade of this.#trades.take(pair, first.open_time_ms)) {
        this.#recomputation.add(trade)
        this.#barTrades.add(trade)
      }
    }
    const due = Map.groupBy(this.#pending, c => c.close_time_ms <= this.#trades.known(c.pair))
    this.#pending = due.get(false) ?? []
    for (const candle of due.get(true) ?? []) this.#compare(candle)
    for (const window of this.#ledger.settle(nowMs)) this.#complain(`missing: ${window}`)
  }

  findings(nowMs: number): Findings {
    const { doubled, missing } = this.#ledger
    const left = this.#complained - this.#complaints.length
    const { forgotten = 0 } = this.#trades
    const tooMany = `${forgotten} trades came faster than they were checked: their windows are not checked`
    return {
      checked: this.#checked,
      wrong: this.#wrong,
      doubled,
      missing,
      awaited: this.#ledger.awaited(nowMs),
      unchecked: this.#unchecked,
      complaints: [
        ...(forgotten > 0 ? [tooMany] : []),
        ...(left > 0 ? [`${left} earlier problems are left out`] : []),
        ...this.#complaints,
      ],
    }
  }

  #compare(candle: Candle): void {
    const { pair, interval, open_time_ms, close_time_ms } = candle
    const bar = isBar(interval) ? this.#barTrades.sums(candle) : undefined
    const expected = isBar(interval) ? bar?.sums : this.#recomputation.sums(pair, open_time_ms, close_time_ms)
    if (!expected || open_time_ms < this.#trades.completeFrom(pair)) {
      this.#unchecked++
      return
    }
    this.#checked++
    const field = difference(candle, expected)
    if (!field && bar?.isEnd !== false) return
    this.#wrong++
    const problem = field
      ? `${field} is ${candle[field]}, the trades say ${expected[field]}`
      : 'it does not end with the trade that reaches its threshold'
    this.#complain(`wrong: ${nameOf(candle)}: ${problem}`)
  }

  #complain(sentence: string): void {
    this.#complained++
    this.#complaints.push(sentence)
    if (this.#complaints.length > COMPLAINTS_MAX) this.#complaints.shift()
  }
}

const nameOf = ({ pair, interval, open_time_ms, bar }: Candle): string =>
  `${pair} ${interval} ${bar === undefined ? '' : `#${bar} `}${new Date(open_time_ms).toISOString()}`

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-8 + 1e-10 * Math.abs(b)

function difference(candle: Candle, expected: Sums): keyof Sums | undefined {
  return (
    EXACT.find(field => candle[field] !== expected[field]) ??
    SUMMED.find(field => !isClose(candle[field], expected[field]))
  )
}
