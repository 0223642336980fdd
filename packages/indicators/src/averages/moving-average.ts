import { type Filter, identity } from '../blocks/filter.ts'
import { adaptive } from './adaptive.ts'
import { doubleExponential, exponential, tillson, tripleExponential, wilders, zeroLag } from './exponential.ts'
import { mesa } from './mesa.ts'
import { simple, triangular } from './simple.ts'
import { hull, weighted } from './weighted.ts'

/** TA-Lib's moving averages, each at its `MAType` number; undefined if TA-Lib has no average with that number. */
const MAKERS: readonly (readonly [name: string, make: (period: number) => Filter] | undefined)[] = [
  ['sma', simple],
  ['ema', exponential],
  ['wma', weighted],
  ['dema', doubleExponential],
  ['tema', tripleExponential],
  ['trima', triangular],
  ['kama', adaptive],
  ['mama', () => mesa(0.5, 0.05)],
  ['t3', period => tillson(period, 0.7)],
  ['hma', hull],
  ['none', () => identity],
  undefined,
  ['zlema', zeroLag],
  ['rma', wilders],
]

/** Names of moving averages, each at its TA-Lib `MAType` number. */
export const MA_TYPES: readonly (string | undefined)[] = MAKERS.map(maker => maker?.[0])

/** @param type TA-Lib's `MAType`. A period of 1 gives the values themselves, as TA-Lib does. */
export function movingAverage(type: number, period: number): Filter {
  const maker = MAKERS[type]
  if (!maker) throw new Error(`there is no moving average of type ${type}`)
  return period === 1 ? identity : maker[1](period)
}
