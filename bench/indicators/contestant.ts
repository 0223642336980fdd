import type { Bar } from '@candlewick/indicators'

/** A library: by our names of its indicators, what makes one, which then takes candle after candle. */
export type Contestant = Readonly<Record<string, () => (bar: Bar) => unknown>>
