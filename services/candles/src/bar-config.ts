import { createHash } from 'node:crypto'
import { type BarSpec, type BarsByPair, barSpec, barsOf, isBar } from '@candlewick/market-data'

/** The configured bars. */
export interface BarConfig {
  /** The bars of all pairs by name; null if there are none, so that trades then have no extra cost. */
  readonly specs: ReadonlyMap<string, BarSpec> | null
  /** The settings that states depend on: the names, and a digest of the thresholds that differ by pair. */
  readonly hash: readonly string[]
  /** @returns the names of the pair's bars. */
  namesOf(pair: string): readonly string[]
}

const DIGEST_DIGITS = 12

/**
 * @param intervals names of intervals, including bars
 * @param bars thresholds that differ by pair
 */
export function barConfig({
  intervals,
  bars = {},
}: {
  readonly intervals: readonly string[]
  readonly bars?: BarsByPair | undefined
}): BarConfig {
  const common = [...new Set(intervals)].filter(isBar).sort()
  const own = Object.keys(bars).flatMap(pair => barsOf(pair, common, bars))
  const specs = new Map([...common.map(barSpec), ...own].map(spec => [spec.name, spec]))
  const digest = createHash('sha256').update(JSON.stringify(bars)).digest('hex').slice(0, DIGEST_DIGITS)
  return {
    specs: specs.size > 0 ? specs : null,
    hash: own.length > 0 ? [...common, `bars=${digest}`] : common,
    namesOf: pair => barsOf(pair, common, bars).map(({ name }) => name),
  }
}
