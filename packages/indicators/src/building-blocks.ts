import { exponential, wilders } from './averages/exponential.ts'
import { simple } from './averages/simple.ts'
import { change } from './blocks/change.ts'
import { type Extremum, extreme, newExtremum } from './blocks/extremum.ts'
import type { Filter } from './blocks/filter.ts'
import { isMissing } from './blocks/missing.ts'
import { newRollingSum, type RollingSum, roll } from './blocks/rolling-sum.ts'
import { newSpread, type Spread, spread } from './blocks/spread.ts'
import { INDICATORS } from './catalogue.ts'
import type { Indicator } from './indicator.ts'
import { parseEntry } from './parse.ts'

/**
 * A building block of features: it returns one value for each input value, NaN for the first `warmup` of them. Its state is
 * plain JSON.
 */
export type Block = Filter

const sumOf = (period: number): Filter<RollingSum> => ({
  warmup: period - 1,
  initial: newRollingSum,
  next: (state, value) => roll(state, value, period),
})

/** The sum of the last values, without accumulating rounding errors. */
export const rollingSum = (period: number): Block => sumOf(period)

/** The mean of the last values. */
export const rollingAverage = (period: number): Block => simple(period)

/** The exponential average of weight 2 / (period + 1), which begins with the mean of the first values, as in TA-Lib. */
export const exponentialAverage = (period: number): Block => exponential(period)

/** Wilder's average: an exponential average of weight 1 / period. */
export const wilderAverage = (period: number): Block => wilders(period)

const rollingExtreme = (period: number, sign: 1 | -1): Filter<Extremum> => ({
  warmup: period - 1,
  initial: newExtremum,
  next: (state, value) => extreme(state, value, period, sign),
})

/** The greatest of the last values. */
export const rollingMax = (period: number): Block => rollingExtreme(period, 1)

/** The least of the last values. */
export const rollingMin = (period: number): Block => rollingExtreme(period, -1)

const deviationOf = (period: number): Filter<Spread> => ({
  warmup: period - 1,
  initial: newSpread,
  next(state, value) {
    const variance = spread(state, value, period)
    return isMissing(variance) ? variance : Math.sqrt(variance)
  },
})

/** The population standard deviation of the last values. */
export const rollingDeviation = (period: number): Block => deviationOf(period)

/** The value this many candles ago. */
export const valueBefore = (candles: number): Block => change(candles, (_, past) => past)

/**
 * @param entry as in `INDICATORS`, e.g. `rsi:14`
 * @returns the built-in indicator, as an input of a feature. @throws Error that lists the known indicators
 */
export function indicator(entry: string): Indicator {
  const [first, second] = parseEntry(entry, INDICATORS)
  if (!first || second) throw new Error(`"${entry}" is several indicators: name one, e.g. "sma:7"`)
  return first.indicator
}
