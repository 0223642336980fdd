import { ofLine } from '../blocks/of-line.ts'
import { define, period } from '../definition.ts'

/** Begin of the least-squares line through the last closes. Warm after timeperiod − 1 candles. */
export const linearregIntercept = define({
  name: 'linearreg_intercept',
  group: 'Statistic',
  formula: '(Σ close − slope · Σ place) / n',
  source: 'TA-Lib LINEARREG_INTERCEPT',
  parameters: [period(14)],
  make: n => ofLine(n, ({ intercept }) => intercept),
})
