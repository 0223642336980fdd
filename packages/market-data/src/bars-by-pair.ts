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
 * Thresholds by pair: for each kind that a pair has here, its thresholds replace those of `CANDLE_INTERVALS`. For example
 * `{"BTC/USD": {"tick": 2000, "volume": [5, 50]}}`.
 */
export const BarsByPair = z.record(
  Pair,
  z.strictObject({
    tick: Threshold('tick'),
    volume: Threshold('volume'),
    value: Threshold('value'),
    'tick-imbalance': Threshold('tick-imbalance'),
    'value-imbalance': Threshold('value-imbalance'),
  }),
)
export type BarsByPair = z.infer<typeof BarsByPair>

/** @returns the pair's bars, each once: the bars among the names, except for kinds with the pair's own thresholds, and the pair's own bars. */
export function barsOf(pair: string, names: readonly string[], byPair: BarsByPair = {}): BarSpec[] {
  const own = byPair[pair] ?? {}
  const common = names.filter(isBar).map(barSpec)
  const replaced = BAR_KINDS.flatMap(kind => (own[kind] ?? []).map(threshold => barName(kind, threshold)))
  return [...common.filter(({ kind }) => !own[kind]), ...[...new Set(replaced)].map(barSpec)]
}

/** @throws Error naming each wrong field, and what to write instead */
export function parseBars(text: string): BarsByPair {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Error(`is not JSON: ${(error as Error).message}. Write e.g. {"BTC/USD": {"tick": 2000}}`)
  }
  const result = BarsByPair.safeParse(value)
  if (result.success) return result.data
  throw new Error(result.error.issues.map(sentence).join('; '))
}

function sentence(issue: z.core.$ZodIssue): string {
  // The field is the kind, for a single threshold as well as for one in a list.
  const field = issue.path.slice(0, 2).join('.')
  if (issue.code === 'unrecognized_keys')
    return `${field} has ${issue.keys.map(key => `"${key}"`).join(', ')}, which is not a known kind of bars: use ${BAR_KINDS.join(', ')}`
  if (issue.code === 'custom' || issue.path.length > 1) return `${field} ${issue.message}`
  return `${field || 'the file'} is no object of thresholds: write e.g. {"BTC/USD": {"tick": 2000}}`
}

/** @returns the problem of the pairs that have thresholds, if the pairs that are read are known; undefined if there is none */
export function pairsProblem(bars: BarsByPair | undefined, pairs: readonly string[] | undefined): string | undefined {
  const unknown = pairs ? Object.keys(bars ?? {}).filter(pair => !pairs.includes(pair)) : []
  if (unknown.length === 0) return undefined
  return `the file names ${unknown.join(', ')}, but the pairs are ${pairs!.join(', ')}: correct the name, or add it to PAIRS`
}
