export { MA_TYPES } from './averages/moving-average.ts'
export type { Bar } from './bar.ts'
export { CATALOGUE, INDICATORS } from './catalogue.ts'
export type { Definition, Group, Parameter } from './definition.ts'
export { type Indicator, peek, type Values } from './indicator.ts'
export { parseIndicators } from './parse.ts'
export { parseIndicatorFile } from './parse-file.ts'
export { IndicatorSet, type NamedIndicator, type SetState } from './set.ts'

/** What `technical-indicators` computes unless told otherwise. */
export const DEFAULT_INDICATORS =
  'sma:7,14,21,60; ema:7,14,21,60; rsi:14; macd:12,26,9; bbands:20,2; stoch:5,3,3; atr:14; adx:14; obv; vwap_session'
