import { simple } from '../averages/simple.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Mean body of the last candles. Warm after timeperiod − 1 candles. */
export const qstick = define({
  name: 'qstick',
  group: 'Momentum',
  formula: 'SMA of close − open',
  source: 'TA-Lib QSTICK; Chande',
  parameters: [period(10, 'timeperiod', 1)],
  make: n => onPrice(simple(n), ({ open, close }) => close - open),
})
