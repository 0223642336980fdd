import { ofLine } from '../blocks/of-line.ts'
import { define, period } from '../definition.ts'

/** Slope of the least-squares line through the last closes, a candle. Warm after timeperiod − 1 candles. */
export const linearregSlope = define({
  name: 'linearreg_slope',
  group: 'Statistic',
  formula: '(n · Σ place · close − Σ place · Σ close) / (n · Σ place² − (Σ place)²)',
  source: 'TA-Lib LINEARREG_SLOPE',
  parameters: [period(14)],
  make: n => ofLine(n, ({ slope }) => slope),
})
