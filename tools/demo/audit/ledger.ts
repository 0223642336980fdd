import { type Candle, intervalMs, isBar } from '@candlewick/market-data'

/** Time after which a window counts as missing. If a later window has arrived, it may only be late, because its key may be moving. */
const LATE_MS = 20_000
/** Number of windows remembered of each series; older windows can no longer be recognised as duplicates. */
const SEEN_MAX = 5000

interface Series {
  readonly seen: Set<number>
  newest: number
  /** Start, or number, of the newest window that is no longer remembered; -Infinity when all are. */
  forgotten: number
}

interface Hole {
  readonly window: string
  readonly sinceMs: number
}

/** Counts how often each window appears in the topic: each must appear exactly once. */
export class Ledger {
  readonly #series = new Map<string, Series>()
  readonly #holes = new Map<string, Hole>()
  doubled = 0
  missing = 0

  /** @returns whether the candle is the first of its window; 'unknown' for a window that is no longer remembered */
  note({ pair, interval, open_time_ms, bar }: Candle, nowMs: number): 'first' | 'doubled' | 'unknown' {
    const name = `${pair} ${interval}`
    // Bars follow each other by their numbers.
    const place = bar ?? open_time_ms
    const step = bar === undefined ? intervalMs(interval) : 1
    const nameOf = (at: number) => `${name} ${bar === undefined ? new Date(at).toISOString() : `#${at}`}`
    const series = this.#series.get(name) ?? {
      seen: new Set<number>(),
      newest: place,
      forgotten: Number.NEGATIVE_INFINITY,
    }
    this.#series.set(name, series)
    if (series.seen.has(place)) {
      this.doubled++
      return 'doubled'
    }
    if (place <= series.forgotten) return 'unknown'
    series.seen.add(place)
    if (series.seen.size > SEEN_MAX) forgetOldest(series)
    for (let at = series.newest + step; at < place; at += step)
      this.#holes.set(`${name} ${at}`, { window: nameOf(at), sinceMs: nowMs })
    this.#holes.delete(`${name} ${place}`)
    series.newest = Math.max(series.newest, place)
    return 'first'
  }

  /** Counts the windows that have been missing for too long. @returns these windows */
  settle(nowMs: number): string[] {
    const due = [...this.#holes].filter(([, { sinceMs }]) => nowMs - sinceMs >= LATE_MS)
    for (const [key] of due) this.#holes.delete(key)
    this.missing += due.length
    return due.map(([, { window }]) => window)
  }

  /** @returns how many windows have ended whose candles have not arrived yet. */
  awaited(nowMs: number): number {
    let count = this.#holes.size
    for (const [name, { newest }] of this.#series) {
      const interval = name.slice(name.lastIndexOf(' ') + 1)
      // The end of a bar is not known in advance.
      if (isBar(interval)) continue
      const length = intervalMs(interval)
      count += Math.max(0, Math.floor((nowMs - newest) / length) - 1)
    }
    return count
  }
}

function forgetOldest(series: Series): void {
  const [oldest = 0] = series.seen
  series.seen.delete(oldest)
  series.forgotten = Math.max(series.forgotten, oldest)
}
