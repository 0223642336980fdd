import { exponential } from '../averages/exponential.ts'
import { change, percentage } from '../blocks/change.ts'
import { chain } from '../blocks/filter.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** One-candle rate of change of a triple exponential average. Warm after 3 · (timeperiod − 1) + 1 candles. */
export const trix = define({
  name: 'trix',
  group: 'Momentum',
  formula: 'ROC(1) of EMA(EMA(EMA(close)))',
  source: 'TA-Lib TRIX; Hutson, TASC 1983',
  parameters: [period(30, 'timeperiod', 1)],
  make: n => onPrice(chain(exponential(n), exponential(n), exponential(n), change(1, percentage))),
})
