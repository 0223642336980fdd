import { weighted } from '../averages/weighted.ts'
import { change, percentage } from '../blocks/change.ts'
import { compared } from '../blocks/convergence.ts'
import { chain } from '../blocks/filter.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Coppock curve. Warm after the longer ROC period + wmaperiod − 1 candles. */
export const coppock = define({
  name: 'coppock',
  group: 'Momentum',
  formula: 'WMA of ROC(roc1period) + ROC(roc2period)',
  source: 'TA-Lib COPPOCK; Coppock 1962',
  parameters: [period(10, 'wmaperiod', 1), period(11, 'roc1period', 1), period(14, 'roc2period', 1)],
  make: (n, one, two) =>
    onPrice(
      chain(
        compared(change(one, percentage), change(two, percentage), (a, b) => a + b),
        weighted(n),
      ),
    ),
})
