import { isMissing, MISSING } from './missing.ts'
/** A building block of indicators, which turns a series of values into another series. Its state is plain JSON. */
export interface Filter<State = unknown> {
  /** Number of values before the first result. */
  readonly warmup: number
  initial(): State
  /** @returns the result, `MISSING` until it is warm */
  next(state: State, value: number): number
}

/** @returns a chain of filters. Each filter receives the results of the previous one, once that is warm. */
export const chain = (...filters: Filter[]): Filter<unknown[]> => ({
  warmup: filters.reduce((sum, { warmup }) => sum + warmup, 0),
  initial: () => filters.map(filter => filter.initial()),
  next(states, value) {
    let result: number = value
    for (let i = 0; i < filters.length && !isMissing(result); i++) result = filters[i]!.next(states[i], result)
    return result
  },
})

/** State of a filter that starts later than it could. */
export interface Late {
  skipped: number
  inner: unknown
}

/**
 * @returns the filter, which ignores its first values so that its warm-up has the given length. TA-Lib starts the shorter of
 *   two recursive averages late in this way, so that both start at the same candle.
 */
export function late(filter: Filter, warmup: number): Filter<Late> {
  const blind = warmup - filter.warmup
  return {
    warmup,
    initial: () => ({ skipped: 0, inner: filter.initial() }),
    next(state, value) {
      if (state.skipped >= blind) return filter.next(state.inner, value)
      state.skipped++
      return MISSING
    },
  }
}

/** The filter that returns its values unchanged. */
export const identity: Filter<null> = { warmup: 0, initial: () => null, next: (_, value) => value }
