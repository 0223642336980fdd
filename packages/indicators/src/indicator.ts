import type { Bar } from './bar.ts'
import { MISSING } from './blocks/missing.ts'

/** A value for each output of an indicator; NaN if there is none, for example before it is warm. */
export type Values = readonly number[]

/** The values of an indicator with one output before it is warm. */
export const NONE: Values = [MISSING]

/** The newest candles of other intervals of the pair that had closed when the candle's window opened, by interval. */
export type Others = Readonly<Record<string, Bar>>

export const NO_OTHERS: Others = {}

/**
 * One candle in, values out. State is plain JSON: written out and read back it gives the same bits.
 */
export interface Indicator<State = unknown> {
  /** Suffix of each output's name after the indicator's name; '' for the output that has the indicator's own name. */
  readonly outputs: readonly string[]
  /** Number of candles before the first value, like TA-Lib's lookback. */
  readonly warmup: number
  /** Other intervals with candles that the indicator uses, e.g. `1h`. */
  readonly intervals?: readonly string[]
  initial(): State
  /** Takes a finished candle into the state. */
  update(state: State, bar: Bar, others?: Others): Values
}

/** An indicator as a user writes it. Null means that there is no value, e.g. for a candle without trades. */
export interface Feature<State = unknown> extends Omit<Indicator<State>, 'update'> {
  /** @param others has a candle of each of the {@link intervals}: the feature is not called before all of them exist */
  update(state: State, bar: Bar, others: Others): readonly (number | null)[]
}

/** @returns the result of {@link Indicator.update} for a candle that is not finished, without changing the state. */
export const peek = <State>(indicator: Indicator<State>, state: State, bar: Bar, others = NO_OTHERS): Values =>
  indicator.update(copied(state), bar, others)

/** A copy of plain JSON. */
function copied<T>(value: T): T
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)]))
}
