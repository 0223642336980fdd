import { movingAverage } from '../averages/moving-average.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, maType, period } from '../definition.ts'

/** Moving average of the close, of any type. The warm-up is that type's. */
export const ma = define({
  name: 'ma',
  group: 'Overlap Studies',
  formula: 'the moving average of type matype',
  source: 'TA-Lib MA',
  parameters: [period(30, 'timeperiod', 1), maType()],
  make: (n, type) => onPrice(movingAverage(type, n)),
})
