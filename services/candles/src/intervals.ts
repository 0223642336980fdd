import { baseIntervalMs, clockIntervals, intervalMs } from '@candlewick/market-data'

export interface Interval {
  readonly name: string
  readonly ms: number
}

/** The intervals of clock time, each once, shortest first, and the length of the base windows from which they are rolled up. */
export interface Intervals {
  readonly baseMs: number
  readonly all: readonly Interval[]
}

export function intervalsOf(names: readonly string[]): Intervals {
  const all = [...new Set(clockIntervals(names))].map(name => ({ name, ms: intervalMs(name) }))
  return { baseMs: baseIntervalMs(names), all: all.sort((a, b) => a.ms - b.ms || (a.name < b.name ? -1 : 1)) }
}
