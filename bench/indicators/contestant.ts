import type { Bar } from '@candlewick/indicators'

/**
 * A library: the functions that create its indicators, by our names of them. An indicator then processes one candle after
 * another.
 */
export type Contestant = Readonly<Record<string, () => (bar: Bar) => unknown>>
