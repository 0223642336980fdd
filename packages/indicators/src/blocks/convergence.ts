import { movingAverage } from '../averages/moving-average.ts'
import type { Indicator } from '../indicator.ts'
import { difference } from './change.ts'
import { type Filter, late } from './filter.ts'
import { isMissing, MISSING } from './missing.ts'

/** States of a fast and a slow average of the same values. */
export interface Pair {
  fast: unknown
  slow: unknown
}

/** Returns the filter unchanged, which starts at the first value. */
const early = (filter: Filter): Filter => filter

/**
 * @returns the filter that compares two averages of its values. By default the average that could start earlier starts at the
 *   same value as the other one.
 */
export function compared(
  one: Filter,
  other: Filter,
  compare: (one: number, other: number) => number,
  begin: (filter: Filter, warmup: number) => Filter = late,
): Filter<Pair> {
  const warmup = Math.max(one.warmup, other.warmup)
  const [fast, slow] = [begin(one, warmup), begin(other, warmup)]
  return {
    warmup,
    initial: () => ({ fast: fast.initial(), slow: slow.initial() }),
    next(state, value) {
      const short = fast.next(state.fast, value)
      const long = slow.next(state.slow, value)
      return isMissing(short) || isMissing(long) ? MISSING : compare(short, long)
    },
  }
}

/**
 * @returns the filter that compares the averages of the shorter and of the longer period, both of a TA-Lib type, each
 *   starting with the first value.
 */
export const oscillation = (
  one: number,
  other: number,
  type: number,
  compare: (fast: number, slow: number) => number,
): Filter<Pair> =>
  compared(movingAverage(type, Math.min(one, other)), movingAverage(type, Math.max(one, other)), compare, early)

interface Lines {
  line: Pair
  signal: unknown
}

/** @returns the indicator of the difference of two averages of the close, its signal line and their difference. */
export function convergence(fast: Filter, slow: Filter, signal: Filter): Indicator<Lines> {
  const line = compared(fast, slow, difference)
  return {
    outputs: ['', 'signal', 'hist'],
    warmup: line.warmup + signal.warmup,
    initial: () => ({ line: line.initial(), signal: signal.initial() }),
    update(state, { close }) {
      const value = line.next(state.line, close)
      const smoothed = isMissing(value) ? MISSING : signal.next(state.signal, value)
      return isMissing(value) || isMissing(smoothed) ? [MISSING, MISSING, MISSING] : [value, smoothed, value - smoothed]
    },
  }
}
