import { series } from '../../packages/indicators/test/series.ts'

/** The candles that every contestant processes: a random walk, repeated. */
export const bars = series('walk', 5000)
