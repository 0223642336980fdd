import type { Indicator } from '../indicator.ts'
import type { Price } from './on-price.ts'
import { newRollingSum, type RollingSum, roll } from './rolling-sum.ts'

/** @returns the indicator that is the root of a mean over the last candles. */
export const onRootMean = (period: number, term: Price): Indicator<RollingSum> => ({
  outputs: [''],
  warmup: period - 1,
  initial: newRollingSum,
  update(state, bar) {
    const sum = roll(state, term(bar), period)
    return [Math.sqrt(Math.max(0, sum / period))]
  },
})
