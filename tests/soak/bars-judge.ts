import type { Candle } from '@candlewick/market-data'
import { sameValues } from '../reference/same.ts'
import type { Problems } from './problems.ts'
import type { Reference } from './reference.ts'

/** The bars of one pair and name, in the order of their numbers. */
interface Series {
  readonly name: string
  /** Number of the first bar that has not been checked. */
  next: number
  /** Rows of `next` and later bars that have arrived, by number. */
  readonly pending: Map<number, Candle>
  /** @returns the right bar `next`; undefined while the exchange has not traded enough for it */
  readonly due: () => Candle | undefined
  readonly rowOf: (bar: Candle) => object
}

/** Compares rows of bars with the right ones as they arrive, each once. */
export class BarsJudge {
  readonly #what: string
  readonly #reference: Reference
  readonly #rows: () => (bar: Candle) => object
  readonly #problems: Problems
  readonly #series = new Map<string, Series>()
  /** Rows of pairs whose first trade is not known yet. */
  #early: Candle[] = []
  checked = 0

  /**
   * @param what the name of the rows in descriptions of problems
   * @param rows makes a function that computes a series' rows, bar by bar
   */
  constructor(what: string, reference: Reference, rows: () => (bar: Candle) => object, problems: Problems) {
    this.#what = what
    this.#reference = reference
    this.#rows = rows
    this.#problems = problems
  }

  /** Starts the pair's series. */
  begin(pair: string, names: readonly string[]): void {
    for (const interval of names) {
      const bars = this.#reference.bars(pair, interval)
      let known: Candle | undefined
      const series: Series = {
        name: `${pair} ${interval}`,
        next: 1,
        pending: new Map(),
        due: () => {
          if (known?.bar !== series.next) known = bars.next().value ?? undefined
          return known
        },
        rowOf: this.#rows(),
      }
      this.#series.set(series.name, series)
    }
    const early = this.#early
    this.#early = []
    for (const row of early) this.take(row)
  }

  take(row: Candle): void {
    const series = this.#series.get(`${row.pair} ${row.interval}`)
    if (!series) {
      this.#early.push(row)
      return
    }
    const bar = row.bar!
    if (bar < series.next || series.pending.has(bar)) this.#add('doubled', series, bar, JSON.stringify(row))
    else series.pending.set(bar, row)
    while (series.pending.has(series.next)) this.#check(series)
  }

  /** @returns how many series have no row yet of a bar that had ended by the given time (Unix ms) */
  missing(untilMs: number): number {
    return [...this.#series.values()].filter(series => isDue(series, untilMs)).length
  }

  /** Ends the comparison: bars without a row are missing. */
  finish(untilMs: number): void {
    for (const row of this.#early) this.#problems.add(`${this.#what}s wrong`, `of an unknown series: ${row.pair}`)
    for (const series of this.#series.values())
      while (isDue(series, untilMs)) {
        this.#add('missing', series, series.next, '')
        this.#skip(series)
        while (series.pending.has(series.next)) this.#check(series)
      }
  }

  #skip(series: Series): void {
    series.rowOf(series.due()!)
    series.next++
  }

  #check(series: Series): void {
    const { next, pending } = series
    const row = pending.get(next)!
    const bar = series.due()
    pending.delete(next)
    if (!bar) {
      this.#add('wrong', series, next, `has ended too early: ${JSON.stringify(row)}`)
      series.next++
      return
    }
    const right = series.rowOf(bar)
    series.next++
    this.checked++
    if (!sameValues(row, right))
      this.#add('wrong', series, next, `\n  ${JSON.stringify(row)}\n  instead of\n  ${JSON.stringify(right)}`)
  }

  #add(kind: string, { name }: Series, bar: number, detail: string): void {
    this.#problems.add(`${this.#what}s ${kind}`, `${name} #${bar} ${detail}`)
  }
}

function isDue({ due, pending, next }: Series, untilMs: number): boolean {
  const bar = due()
  return bar !== undefined && bar.close_time_ms <= untilMs && !pending.has(next)
}
