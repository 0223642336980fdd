import { weighted } from '../averages/weighted.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Linearly weighted moving average of the close. Warm after timeperiod − 1 candles. */
export const wma = define({
  name: 'wma',
  group: 'Overlap Studies',
  formula: 'Σ place · close / Σ place, the oldest at place 1',
  source: 'TA-Lib WMA',
  parameters: [period(30)],
  make: n => onPrice(weighted(n)),
})
