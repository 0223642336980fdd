import { zeroLag } from '../averages/exponential.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Zero-lag exponential moving average. Warm after timeperiod − 1 + (timeperiod − 1) / 2 candles. */
export const zlema = define({
  name: 'zlema',
  group: 'Overlap Studies',
  formula: 'EMA of 2 · close − the close (n − 1) / 2 candles ago',
  source: 'TA-Lib ZLEMA; Ehlers and Way, TASC 2010',
  parameters: [period(30)],
  make: n => onPrice(zeroLag(n)),
})
