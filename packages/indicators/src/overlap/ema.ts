import { exponential } from '../averages/exponential.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Exponential moving average of the close, begun by the simple one. Warm after timeperiod − 1 candles. */
export const ema = define({
  name: 'ema',
  group: 'Overlap Studies',
  formula: 'EMA += (close − EMA) · 2 / (n + 1)',
  source: 'TA-Lib EMA',
  parameters: [period(30)],
  make: n => onPrice(exponential(n)),
})
