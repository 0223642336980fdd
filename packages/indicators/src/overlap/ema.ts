import { type Exponential, emaWeight, newExponential, smooth } from '../blocks/exponential.ts'
import type { Indicator } from '../indicator.ts'

/** Exponential moving average of the close, begun by the simple one. TA-Lib `EMA`; warm after `period` − 1 candles. */
export const ema = (period: number): Indicator<Exponential> => ({
  outputs: [''],
  warmup: period - 1,
  initial: newExponential,
  update: (state, { close }) => [smooth(state, close, period, emaWeight(period))],
})
