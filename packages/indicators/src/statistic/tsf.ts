import { ofLine } from '../blocks/of-line.ts'
import { at } from '../blocks/regression.ts'
import { define, period } from '../definition.ts'

/** Time series forecast: the least-squares line one candle on. Warm after timeperiod − 1 candles. */
export const tsf = define({
  name: 'tsf',
  group: 'Statistic',
  formula: 'intercept + slope · n',
  source: 'TA-Lib TSF',
  parameters: [period(14)],
  make: n => ofLine(n, line => at(line, n)),
})
