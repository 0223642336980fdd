import type { Feature, Indicator } from './indicator.ts'

export const GROUPS = [
  'Overlap Studies',
  'Momentum',
  'Volume',
  'Volatility',
  'Price Transform',
  'Cycle',
  'Statistic',
  'Pattern Recognition',
  'Order Flow',
  'Own Features',
] as const
export type Group = (typeof GROUPS)[number]

export interface Parameter {
  readonly name: string
  readonly default: number
  readonly min: number
  readonly max: number
  readonly kind: 'period' | 'factor' | 'matype'
  /** The parameter that supplies the value if none is written. Such parameters, and MA types, are not part of a text entry. */
  readonly follows?: string
}

/** An indicator that can be requested by name; the parameters are numeric, in TA-Lib's order. */
export interface Definition {
  readonly name: string
  readonly group: Group
  /** Formula, as text. */
  readonly formula: string
  /** Source of the formula. */
  readonly source: string
  readonly parameters: readonly Parameter[]
  /** Identifies the code of a user's own feature: a state of another version is not used. */
  readonly version?: string
  make(...parameters: number[]): Indicator
}

/** Definitions by name. */
export type Definitions = Readonly<Record<string, Definition>>

/** A whole number of candles. */
export const period = (byDefault: number, name = 'timeperiod', min = 2, max = 100_000): Parameter => ({
  name,
  default: byDefault,
  min,
  max,
  kind: 'period',
})

export const factor = (name: string, byDefault: number, min = 0, max = 1e6): Parameter => ({
  name,
  default: byDefault,
  min,
  max,
  kind: 'factor',
})

/** A moving average's type, by TA-Lib's number. */
export const maType = (name = 'matype', byDefault = 0): Parameter => ({
  name,
  default: byDefault,
  min: 0,
  max: 13,
  kind: 'matype',
})

/** @returns the parameters that a text entry can have, in its order. */
export const written = (parameters: readonly Parameter[]): Parameter[] =>
  parameters.filter(({ kind, follows }) => kind !== 'matype' && follows === undefined)

/** Argument of {@link define}. A user's own feature needs only a name and `make`. */
interface Maker<State> extends Partial<Omit<Definition, 'name' | 'version' | 'make'>> {
  /** Lower-case words joined by `_`, e.g. `spread_ratio`: the name to write in `INDICATORS`, with which the fields' names begin. */
  readonly name: string
  make(...parameters: number[]): Feature<State>
}

/** @returns the definition. The type of its states is not kept: each state is stored beside its indicator, so that states never mix. */
export const define = <State>({ make, ...definition }: Maker<State>): Definition => ({
  group: 'Own Features',
  formula: '',
  source: '',
  parameters: [],
  ...definition,
  make: make as (...parameters: number[]) => Indicator,
})
