import type { Bar } from '@candlewick/indicators'
import { bars } from './bars.ts'

const WARM_UP = 50_000
const ROUNDS = 3
/** Well above the clock’s ticks: CPU time is told in steps of some milliseconds. */
const ROUND_MS = 60

/** @returns candles a CPU-second that go through, the best of rounds: the rest is what the machine does meanwhile. */
export function rate(what: string, update: (bar: Bar) => unknown): number {
  let results = 0
  const feed = (count: number) => {
    for (let i = 0; i < count; i++) if (update(bars[i % bars.length]!)) results++
  }
  feed(WARM_UP)
  let best = 0
  for (let round = 0; round < ROUNDS; round++) best = Math.max(best, measured(feed))
  if (results === 0) throw new Error(`nothing comes of ${what}`)
  return Math.round(best)
}

function measured(feed: (count: number) => void): number {
  const before = process.cpuUsage()
  let fed = 0
  for (;;) {
    feed(bars.length)
    fed += bars.length
    const { user, system } = process.cpuUsage(before)
    if (user + system >= ROUND_MS * 1000) return (fed * 1e6) / (user + system)
  }
}
