import { type Candle, intervalMs } from '@candlewick/market-data'
import { sameValues } from '../reference/same.ts'
import type { Problems } from './problems.ts'
import type { Reference } from './reference.ts'

/** The windows of one pair and interval, in order. */
interface Series {
  readonly name: string
  readonly ms: number
  /** Start of the first window that has not been checked. */
  next: number
  /** Rows of `next` and later windows that have arrived, by the start of the window. */
  readonly pending: Map<number, object>
  /** @returns the right row of a window; called once for each window, in order */
  expected(openMs: number): object
}

/** @returns a function that computes the right rows of a series, window by window */
export type Expect = (pair: string, interval: string) => (openMs: number) => object

/** Compares rows with the right ones as they arrive, each window once, and forgets windows that are checked. */
export class SeriesJudge {
  readonly #what: string
  readonly #reference: Reference
  readonly #expect: Expect
  readonly #problems: Problems
  readonly #series = new Map<string, Series>()
  /** Rows of pairs whose first trade is not known yet. */
  #early: Candle[] = []
  checked = 0

  /** @param what the name of the rows in descriptions of problems */
  constructor(what: string, reference: Reference, expect: Expect, problems: Problems) {
    this.#what = what
    this.#reference = reference
    this.#expect = expect
    this.#problems = problems
  }

  /** Starts the pair's series. */
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

  /** @returns how many windows that ended by the given time (Unix ms) have no row yet */
  missing(untilMs: number): number {
    let missing = 0
    for (const { next, ms, pending } of this.#series.values()) {
      const due = Math.max(0, Math.floor((untilMs - next) / ms))
      missing += due - [...pending.keys()].filter(open => open + ms <= untilMs).length
    }
    return missing
  }

  /** Ends the comparison: windows without a row are missing. */
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
