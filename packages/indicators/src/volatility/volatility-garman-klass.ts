import { onRootMean } from '../blocks/on-root-mean.ts'
import { define, period } from '../definition.ts'

/** Realised volatility from open, high, low and close, a candle: not annualised. Warm after timeperiod − 1 candles. */
export const volatilityGarmanKlass = define({
  name: 'volatility_garman_klass',
  group: 'Volatility',
  formula: '√ mean of ln(high / low)² / 2 − (2 · ln 2 − 1) · ln(close / open)²',
  source: 'Garman and Klass, Journal of Business 53, 1980; not in TA-Lib',
  parameters: [period(20, 'timeperiod', 1)],
  make: n =>
    onRootMean(
      n,
      ({ open, high, low, close }) => Math.log(high / low) ** 2 / 2 - (2 * Math.LN2 - 1) * Math.log(close / open) ** 2,
    ),
})
