import type { Bar } from '../src/bar.ts'
import type { Kind } from './series.ts'

/** Where an indicator is not compared, or more loosely, and why. The table in the README says the same. */
interface Difference {
  readonly why: string
  /** Series that are not compared. */
  readonly on?: readonly Kind[]
  /** What the tolerance 1e-12 is relative to, besides the output's own greatest value: a price, times this. */
  readonly prices?: number
  /** … or this. */
  readonly scale?: number
}

const NEARLY_EQUAL = 'a difference of nearly equal prices, of which TA-Lib loses digits in running sums'
const PHASE = 'of a price that does not move the phase is rounding alone'

export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  macdext: { why: NEARLY_EQUAL, prices: 1 },
  linearreg_slope: { why: NEARLY_EQUAL, prices: 1 },
  linearreg_angle: { why: NEARLY_EQUAL, prices: 180 / Math.PI },
  fosc: { why: NEARLY_EQUAL, scale: 100 },
  beta: { why: 'where returns hardly differ TA-Lib keeps eight digits; ours are right to twelve', on: ['patterns'] },
  correl: { why: 'near 0 TA-Lib loses digits in sums of squared prices; ours are right to twelve', scale: 500 },
  ht_dcphase: { why: PHASE, on: ['flat'] },
  ht_sine: { why: PHASE, on: ['flat'] },
  ht_trendmode: { why: PHASE, on: ['flat'] },
}

/** @returns what the tolerance of 1e-12 is relative to. */
export function scaleOf(name: string, greatest: number, bars: readonly Bar[]): number {
  const { prices = 0, scale = 0 } = DIFFERENCES[name] ?? {}
  return Math.max(greatest, scale, prices * bars.reduce((max, { high }) => Math.max(max, high), 0))
}
