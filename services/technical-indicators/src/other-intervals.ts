import { type Candle, inOrder, intervalMs, isBar, windowStart } from '@candlewick/market-data'
import type { OwnCandles } from './own-candles.ts'

/**
 * Candles of other intervals for users' features. A feature receives the newest candle that had closed when its window opened.
 * `candles` publishes the windows of a pair in the order in which they end, so by the time of the row this candle has arrived,
 * and newer ones as well. Each series keeps the candles that its next windows may need, newest first.
 */
export interface Others {
  [interval: string]: readonly Candle[]
}

/**
 * Number of newest candles of another interval that a series of bars keeps. A bar may open at any time, so it is unknown which
 * candles it will need.
 */
const NEWEST = 2

/**
 * @param interval of the series that keeps the candles
 * @returns the candles with a newer one, newest first, and only those that a window of the series may still need: the window in
 *   which or with which the newest candle ends, or the window before, which may not be published yet
 */
export function withNewest(interval: string, kept: readonly Candle[] = [], candle: Candle): readonly Candle[] {
  if (kept[0] && candle.open_time_ms <= kept[0].open_time_ms) return kept
  const all = [candle, ...kept]
  if (isBar(interval)) return all.slice(0, NEWEST)
  const length = intervalMs(interval)
  const opens = windowStart(candle.close_time_ms, length)
  const needed = [opens, windowStart(opens - 1, length)].map(ms => all.find(({ close_time_ms }) => close_time_ms <= ms))
  return all.filter((one, i) => i === 0 || needed.includes(one))
}

/**
 * @param kept by interval, newest first
 * @returns by interval the newest candle that had closed at the time, Unix ms
 */
export function candlesAsOf(
  openMs: number,
  intervals: readonly string[],
  kept: Others = {},
): Readonly<Record<string, Candle>> {
  const found: Record<string, Candle> = {}
  for (const interval of intervals) {
    const candle = kept[interval]?.find(({ close_time_ms }) => close_time_ms <= openMs)
    if (candle) found[interval] = candle
  }
  return found
}

/** @returns the candles that a new series begins with: each interval's newest ones, as that interval's own series keeps them. */
export function othersAtBegin(
  series: Readonly<Record<string, { others?: Others }>>,
  intervals: readonly string[],
): Others {
  const found: Others = {}
  for (const interval of intervals) {
    const kept = series[interval]?.others?.[interval]
    if (kept) found[interval] = kept
  }
  return found
}

/** Adds a candle to every series of a pair that may need it. @param series by interval */
export function keepInAll(series: Readonly<Record<string, { others?: Others }>>, candle: Candle): void {
  for (const [interval, one] of Object.entries(series)) {
    one.others ??= {}
    one.others[candle.interval] = withNewest(interval, one.others[candle.interval], candle)
  }
}

/** Treats the kept candle of the same window as incomplete in every series that keeps it, also where a row has used it already. */
export function doubtInAll(
  series: Readonly<Record<string, OwnCandles & { open_time_ms: number; others?: Others }>>,
  candle: Candle,
): void {
  const { interval, close_time_ms } = candle
  for (const one of Object.values(series)) {
    const kept = one.others?.[interval]
    if (!kept) continue
    one.others![interval] = kept.map(old => (inOrder(old, candle) === 0 ? { ...old, complete: false } : old))
    if (one.open_time_ms >= close_time_ms) one.borrowed = 0
  }
}

/** @returns the candles of these intervals; undefined if there are none. */
export function onlyThose(others: Others | undefined, intervals: readonly string[]): Others | undefined {
  const left = Object.entries(others ?? {}).filter(([interval]) => intervals.includes(interval))
  return left.length > 0 ? Object.fromEntries(left) : undefined
}

/** @param warmup how many candles come before all indicators have a value */
export function countBorrowed(series: OwnCandles, others: Readonly<Record<string, Candle>>, warmup: number): void {
  for (const interval in others)
    if (!others[interval]!.complete) {
      series.borrowed = 0
      return
    }
  if (series.borrowed !== undefined && ++series.borrowed > warmup) delete series.borrowed
}

export const NO_CANDLES: Readonly<Record<string, Candle>> = {}
