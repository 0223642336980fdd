import { simple } from '../averages/simple.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Average range. Warm after timeperiod − 1 candles. */
export const adr = define({
  name: 'adr',
  group: 'Volatility',
  formula: 'SMA of high − low',
  source: 'TA-Lib ADR',
  parameters: [period(14, 'timeperiod', 1)],
  make: n => onPrice(simple(n), ({ high, low }) => high - low),
})
