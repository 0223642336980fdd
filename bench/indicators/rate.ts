import type { Bar } from '@candlewick/indicators'
import { bars } from './bars.ts'

type Update = (bar: Bar) => unknown

/** Rounds over all candles before the first one that is measured. */
const WARM_UPS = 10
const ROUNDS = 7
/** Minimum duration of a round. It is far above the resolution of CPU time, which is some milliseconds. */
const ROUND_MS = 50

/**
 * Processes all candles a few times with every indicator before the first one is measured. Otherwise V8 would compile the
 * loop for the first indicator alone, which no service that computes several indicators does.
 */
export function warmUp(what: string, update: Update): void {
  if (!isValue(feed(update, WARM_UPS))) throw new Error(`nothing comes of ${what}`)
}

/**
 * @returns the candles per CPU-second of each indicator, as the median of rounds in alternation. Other load on the machine
 *   affects all of them equally, so their ratio is right even if the rates are not.
 */
export function rates(updates: readonly Update[]): number[] {
  const rounds = Array.from({ length: ROUNDS }, () => updates.map(measured))
  return updates.map((_, i) => Math.round(median(rounds.map(round => round[i]!))))
}

export const median = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!

/** @returns the result for the last candle. */
function feed(update: Update, times: number): unknown {
  let last: unknown
  for (let i = 0; i < times; i++) for (const bar of bars) last = update(bar)
  return last
}

const isValue = (result: unknown): boolean =>
  result !== null && result !== undefined && !(Array.isArray(result) && result.some(Number.isNaN))

function measured(update: Update): number {
  const before = process.cpuUsage()
  let fed = 0
  for (;;) {
    feed(update, 1)
    fed += bars.length
    const { user, system } = process.cpuUsage(before)
    if (user + system >= ROUND_MS * 1000) return (fed * 1e6) / (user + system)
  }
}
