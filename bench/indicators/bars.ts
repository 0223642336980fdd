import { series } from '../../packages/indicators/test/series.ts'

/** The candles that every contestant gets: a random walk, again and again. */
export const bars = series('walk', 5000)
