import { type Candle, intervalMs } from '@candlewick/market-data'
import { sameValues } from '../reference/same.ts'
import type { Problems } from './problems.ts'
import type { Reference } from './reference.ts'

/** The windows of one pair and interval, in order. */
interface Series {
  readonly name: string
  readonly ms: number
  /** The first window that was not checked yet. */
  next: number
  /** What has come of `next` and later, by when it opens. */
  readonly pending: Map<number, object>
  /** What the window's row should be; asked for once for each, in order. */
  expected(openMs: number): object
}

/** @returns what a series' rows should be, window by window. */
export type Expect = (pair: string, interval: string) => (openMs: number) => object

/** Compares rows with what they should be as they come, each window once; what is checked is forgotten. */
export class SeriesJudge {
  readonly #what: string
  readonly #reference: Reference
  readonly #expect: Expect
  readonly #problems: Problems
  readonly #series = new Map<string, Series>()
  /** Rows of pairs whose first trade is not known yet. */
  #early: Candle[] = []
  checked = 0

  /** @param what the rows are called where something is wrong with them */
  constructor(what: string, reference: Reference, expect: Expect, problems: Problems) {
    this.#what = what
    this.#reference = reference
    this.#expect = expect
    this.#problems = problems
  }

  /** The pair's series begin. */
  begin(pair: string, intervals: readonly string[]): void {
    for (const interval of intervals) {
      const next = this.#reference.firstWindow(pair, interval)!
      const expected = this.#expect(pair, interval)
      const name = `${pair} ${interval}`
      this.#series.set(name, { name, ms: intervalMs(interval), next, pending: new Map(), expected })
    }
    const early = this.#early
    this.#early = []
    for (const row of early) this.take(row)
  }

  take(row: Candle): void {
    const { pair, interval, open_time_ms: open } = row
    const series = this.#series.get(`${pair} ${interval}`)
    if (!series) {
      this.#early.push(row)
      return
    }
    if (open < series.next || series.pending.has(open)) {
      const before = this.#reference.firstWindow(pair, interval)! > open
      this.#add(before ? 'wrong' : 'doubled', series, open, JSON.stringify(row))
      return
    }
    if (!this.#reference.isOver(open + series.ms)) this.#add('wrong', series, open, 'comes before it is over')
    else if ((open - series.next) % series.ms !== 0) this.#add('wrong', series, open, 'is no window')
    else series.pending.set(open, row)
    while (series.pending.has(series.next)) this.#check(series)
  }

  /** All windows that end by the time (Unix ms) should be there by now. @returns how many are not */
  missing(untilMs: number): number {
    let missing = 0
    for (const { next, ms, pending } of this.#series.values()) {
      const due = Math.max(0, Math.floor((untilMs - next) / ms))
      missing += due - [...pending.keys()].filter(open => open + ms <= untilMs).length
    }
    return missing
  }

  /** Nothing more will come: what is not there is missing. */
  finish(untilMs: number): void {
    for (const row of this.#early) this.#problems.add(`${this.#what}s wrong`, `of an unknown series: ${row.pair}`)
    for (const series of this.#series.values())
      while (series.next + series.ms <= untilMs) {
        if (!series.pending.has(series.next)) this.#add('missing', series, series.next, '')
        this.#check(series)
      }
  }

  #check(series: Series): void {
    const { next, pending } = series
    const row = pending.get(next)
    const right = series.expected(next)
    pending.delete(next)
    series.next += series.ms
    if (row === undefined) return
    this.checked++
    if (!sameValues(row, right))
      this.#add('wrong', series, next, `\n  ${JSON.stringify(row)}\n  instead of\n  ${JSON.stringify(right)}`)
  }

  #add(kind: string, { name }: Series, open: number, detail: string): void {
    this.#problems.add(`${this.#what}s ${kind}`, `${name} ${new Date(open).toISOString()} ${detail}`)
  }
}
