import { MA_TYPES } from '../src/averages/moving-average.ts'
import type { Bar } from '../src/bar.ts'
import { INDICATORS } from '../src/catalogue.ts'
import type { Kind } from './series.ts'

/** Indicators that are not compared with TA-Lib, or with a larger tolerance, and why. The README's table lists them too. */
interface Difference {
  readonly why: string
  /** Series that are not compared. */
  readonly on?: readonly Kind[]
  /** The tolerance of 1e-12 is also relative to a price times this factor, not only to the output's greatest value. */
  readonly prices?: number
  /** The tolerance of 1e-12 is also relative to this value. */
  readonly scale?: number
}

const NEARLY_EQUAL = 'a difference of nearly equal prices, of which TA-Lib loses digits in running sums'
const PHASE = 'of a price that does not move the phase is rounding alone'
const CYCLE =
  'of a price that does not move the cycle is the rounding of TA-Lib’s running sums, which drift; ours do not'

export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  macdext: { why: NEARLY_EQUAL, prices: 1 },
  linearreg_slope: { why: NEARLY_EQUAL, prices: 1 },
  linearreg_angle: { why: NEARLY_EQUAL, prices: 180 / Math.PI },
  fosc: { why: NEARLY_EQUAL, scale: 100 },
  beta: { why: 'where returns hardly differ TA-Lib keeps eight digits; ours are right to twelve', on: ['patterns'] },
  correl: { why: 'near 0 TA-Lib loses digits in sums of squared prices; ours are right to twelve', scale: 500 },
  ht_dcphase: { why: PHASE, on: ['flat'] },
  // Near 0 the sine has the error of the phase, which is in degrees.
  ht_sine: { why: PHASE, on: ['flat'], scale: 100 },
  ht_trendmode: { why: PHASE, on: ['flat'] },
  ht_dcperiod: { why: CYCLE, on: ['flat'] },
  ht_phasor: { why: CYCLE, on: ['flat'] },
  ht_trendline: { why: CYCLE, on: ['flat'] },
  mama: { why: CYCLE, on: ['flat'] },
}

/** @returns whether the indicator is compared on the series. An indicator whose average is MAMA differs where MAMA does. */
export function isCompared(name: string, parameters: readonly number[], kind: Kind): boolean {
  const averages = INDICATORS[name]!.parameters.flatMap((parameter, i) =>
    parameter.name.endsWith('matype') ? [MA_TYPES[parameters[i]!] ?? ''] : [],
  )
  return ![name, ...averages].some(each => DIFFERENCES[each]?.on?.includes(kind))
}

/** @returns the value that the tolerance of 1e-12 is relative to. */
export function scaleOf(name: string, greatest: number, bars: readonly Bar[]): number {
  const { prices = 0, scale = 0 } = DIFFERENCES[name] ?? {}
  return Math.max(greatest, scale, prices * bars.reduce((max, { high }) => Math.max(max, high), 0))
}
