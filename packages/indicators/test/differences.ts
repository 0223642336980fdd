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

const NEARLY_EQUAL =
  'The result is a difference of nearly equal prices, and TA-Lib loses its last digits in running sums'
const PHASE = 'If the price does not move, the phase is made of rounding errors only'
const CYCLE =
  'If the price does not move, TA-Lib’s cycle is made of rounding errors of its running sums, which drift; ours do not drift'

export const DIFFERENCES: Readonly<Record<string, Difference>> = {
  macdext: { why: NEARLY_EQUAL, prices: 1 },
  linearreg_slope: { why: NEARLY_EQUAL, prices: 1 },
  linearreg_angle: { why: NEARLY_EQUAL, prices: 180 / Math.PI },
  fosc: { why: NEARLY_EQUAL, scale: 100 },
  beta: {
    why: 'If returns hardly differ, TA-Lib’s result is right to eight digits and ours to twelve',
    on: ['patterns'],
  },
  correl: {
    why: 'Near 0 TA-Lib loses digits in sums of squared prices; our results are right to twelve digits',
    scale: 500,
  },
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
