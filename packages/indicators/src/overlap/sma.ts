import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import type { Indicator } from '../indicator.ts'

/** Simple moving average of the close. TA-Lib `SMA`; warm after `period` − 1 candles. */
export const sma = (period: number): Indicator<RollingSum> => ({
  outputs: [''],
  warmup: period - 1,
  initial: newRollingSum,
  update(state, { close }) {
    const sum = roll(state, close, period)
    return [sum === null ? null : sum / period]
  },
})
