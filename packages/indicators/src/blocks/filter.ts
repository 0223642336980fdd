import { isMissing, MISSING } from './missing.ts'
/** Turns a series of values into another one; what indicators are composed of. State is plain JSON. */
export interface Filter<State = unknown> {
  /** How many values come before the first result. */
  readonly warmup: number
  initial(): State
  /** @returns the result, `MISSING` until it is warm */
  next(state: State, value: number): number
}

/** @returns the filters one after the other: each takes in what the one before it gives, once that is warm. */
export const chain = (...filters: Filter[]): Filter<unknown[]> => ({
  warmup: filters.reduce((sum, { warmup }) => sum + warmup, 0),
  initial: () => filters.map(filter => filter.initial()),
  next(states, value) {
    let result: number = value
    for (let i = 0; i < filters.length && !isMissing(result); i++) result = filters[i]!.next(states[i], result)
    return result
  },
})

/** State of a filter that begins later than it could. */
export interface Late {
  skipped: number
  inner: unknown
}

/**
 * @returns the filter, blind to as many values as bring its warm-up to the given one. TA-Lib begins the shorter of two
 * recursive averages that late, so that both begin at the same candle.
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

/** Gives the values themselves. */
export const identity: Filter<null> = { warmup: 0, initial: () => null, next: (_, value) => value }
