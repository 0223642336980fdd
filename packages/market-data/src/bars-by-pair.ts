import * as z from 'zod'
import { BAR_KINDS, type BarKind, type BarSpec, barName, barSpec, thresholdProblem } from './bar.ts'
import { isBar } from './interval.ts'
import { Pair } from './trade.ts'

const Threshold = (kind: BarKind) => {
  const one = z.number({ error: ({ input }) => `${JSON.stringify(input)} ${thresholdProblem(kind, Number.NaN)}` })
  const good = one.superRefine((threshold, context) => {
    const problem = thresholdProblem(kind, threshold)
    if (problem !== undefined) context.addIssue({ code: 'custom', message: `${threshold} ${problem}` })
  })
  const some = z.array(good).min(1, `is empty: name a threshold, or leave ${kind} out`)
  return z.preprocess(value => (Array.isArray(value) ? value : [value]), some).optional()
}

/**
 * Thresholds that differ by pair: for a pair that is named, its thresholds of a kind replace those of `CANDLE_INTERVALS`.
 * For example `{"BTC/USD": {"tick": 2000, "volume": [5, 50]}}`.
 */
export const BarsByPair = z.record(
  Pair,
  z.strictObject({ tick: Threshold('tick'), volume: Threshold('volume'), value: Threshold('value') }),
)
export type BarsByPair = z.infer<typeof BarsByPair>

/** @returns the pair's bars, each once: those of the names, except for kinds that have thresholds of the pair's own. */
export function barsOf(pair: string, names: readonly string[], byPair: BarsByPair = {}): BarSpec[] {
  const own = byPair[pair] ?? {}
  const common = names.filter(isBar).map(barSpec)
  const replaced = BAR_KINDS.flatMap(kind => (own[kind] ?? []).map(threshold => barName(kind, threshold)))
  return [...common.filter(({ kind }) => !own[kind]), ...[...new Set(replaced)].map(barSpec)]
}
