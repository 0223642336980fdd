import { exponential } from '../averages/exponential.ts'
import { change, proportion } from '../blocks/change.ts'
import { chain } from '../blocks/filter.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Chaikin's volatility, percent. Warm after timeperiod + rocperiod − 1 candles. */
export const cvi = define({
  name: 'cvi',
  group: 'Volatility',
  formula: 'rate of change of EMA(high − low)',
  source: 'TA-Lib CVI; Chaikin',
  parameters: [period(10), period(10, 'rocperiod', 1)],
  make: (n, lag) =>
    onPrice(
      chain(
        exponential(n),
        change(lag, (value, past) => 100 * proportion(value, past)),
      ),
      ({ high, low }) => high - low,
    ),
})
