import { adaptive } from '../averages/adaptive.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Kaufman's adaptive moving average of the close. Warm after timeperiod candles. */
export const kama = define({
  name: 'kama',
  group: 'Overlap Studies',
  formula: 'EMA of weight (|change| / Σ |moves| · (2/3 − 2/31) + 2/31)²',
  source: 'TA-Lib KAMA; Kaufman, Smarter Trading, 1995',
  parameters: [period(30)],
  make: n => onPrice(adaptive(n)),
})
