import { efficiency } from '../averages/adaptive.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Kaufman's efficiency ratio, 0 to 1; 1 where nothing has moved. Warm after timeperiod candles. */
export const er = define({
  name: 'er',
  group: 'Momentum',
  formula: '|close − past close| / Σ |moves|',
  source: 'TA-Lib ER; Kaufman, Smarter Trading, 1995',
  parameters: [period(10)],
  make: n => onPrice(efficiency(n)),
})
