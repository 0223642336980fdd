export { MA_TYPES } from './averages/moving-average.ts'
export type { Bar } from './bar.ts'
export { chain } from './blocks/filter.ts'
export { isMissing, MISSING } from './blocks/missing.ts'
export { median, typical } from './blocks/on-price.ts'
export {
  type Block,
  exponentialAverage,
  indicator,
  rollingAverage,
  rollingDeviation,
  rollingMax,
  rollingMin,
  rollingSum,
  valueBefore,
  wilderAverage,
} from './building-blocks.ts'
export { CATALOGUE, INDICATORS } from './catalogue.ts'
export { type Definition, type Definitions, define, factor, type Group, type Parameter, period } from './definition.ts'
export { type Feature, type Indicator, type Others, peek, type Values } from './indicator.ts'
export { parseIndicators } from './parse.ts'
export { parseIndicatorFile } from './parse-file.ts'
export { IndicatorSet, type NamedIndicator, type SetState } from './set.ts'

/** The default indicators of `technical-indicators`. */
export const DEFAULT_INDICATORS =
  'sma:7,14,21,60; ema:7,14,21,60; rsi:14; macd:12,26,9; bbands:20,2; stoch:5,3,3; atr:14; adx:14; obv; vwap_session'
