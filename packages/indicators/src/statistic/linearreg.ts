import { ofLine } from '../blocks/of-line.ts'
import { at } from '../blocks/regression.ts'
import { define, period } from '../definition.ts'

/** End of the least-squares line through the last closes. Warm after timeperiod − 1 candles. */
export const linearreg = define({
  name: 'linearreg',
  group: 'Statistic',
  formula: 'intercept + slope · (n − 1)',
  source: 'TA-Lib LINEARREG',
  parameters: [period(14)],
  make: n => ofLine(n, line => at(line, n - 1)),
})
