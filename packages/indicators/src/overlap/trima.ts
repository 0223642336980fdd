import { triangular } from '../averages/simple.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Triangular moving average of the close. Warm after timeperiod − 1 candles. */
export const trima = define({
  name: 'trima',
  group: 'Overlap Studies',
  formula: 'SMA of the SMA, each over half of the period',
  source: 'TA-Lib TRIMA',
  parameters: [period(30)],
  make: n => onPrice(triangular(n)),
})
