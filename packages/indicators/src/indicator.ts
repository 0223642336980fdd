import type { Bar } from './bar.ts'
import { MISSING } from './blocks/missing.ts'

/** A value an output of an indicator, NaN where there is none: until it is warm. */
export type Values = readonly number[]

/** What an indicator of one output gives until it is warm. */
export const NONE: Values = [MISSING]

/**
 * One candle in, values out. State is plain JSON: written out and read back it gives the same bits.
 */
export interface Indicator<State = unknown> {
  /** What each of its values is called after the indicator's name, '' for the value that bears the name itself. */
  readonly outputs: readonly string[]
  /** How many candles come before the first value, as TA-Lib's lookback. */
  readonly warmup: number
  initial(): State
  /** Takes a finished candle into the state. */
  update(state: State, bar: Bar): Values
}

/** @returns what {@link Indicator.update} would, for a candle that is not finished; the state stays as it is. */
export const peek = <State>(indicator: Indicator<State>, state: State, bar: Bar): Values =>
  indicator.update(copied(state), bar)

/** A copy of plain JSON. */
function copied<T>(value: T): T
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copied(inner)]))
}
