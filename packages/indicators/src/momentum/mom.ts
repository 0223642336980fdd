import { change, difference } from '../blocks/change.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Momentum. Warm after timeperiod candles. */
export const mom = define({
  name: 'mom',
  group: 'Momentum',
  formula: 'close − the close n candles before',
  source: 'TA-Lib MOM',
  parameters: [period(10, 'timeperiod', 1)],
  make: n => onPrice(change(n, difference)),
})
