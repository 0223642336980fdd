import { onRootMean } from '../blocks/on-root-mean.ts'
import { define, period } from '../definition.ts'

/** Realised volatility from high and low, a candle: not annualised. Warm after timeperiod − 1 candles. */
export const volatilityParkinson = define({
  name: 'volatility_parkinson',
  group: 'Volatility',
  formula: '√ mean of ln(high / low)² / (4 · ln 2)',
  source: 'Parkinson, Journal of Business 53, 1980; not in TA-Lib',
  parameters: [period(20, 'timeperiod', 1)],
  make: n => onRootMean(n, ({ high, low }) => Math.log(high / low) ** 2 / (4 * Math.LN2)),
})
