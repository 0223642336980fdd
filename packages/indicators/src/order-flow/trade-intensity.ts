import { isMissing } from '../blocks/missing.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

const make = (n: number): Indicator<RollingSum> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newRollingSum,
  update(state, { trade_count }) {
    const trades = roll(state, trade_count, n)
    if (isMissing(trades)) return NONE
    return [trades > 0 ? trade_count / (trades / n) : 0]
  },
})

/** Number of trades of the candle divided by the mean of the last candles, including this one; 0 without trades. Warm after timeperiod − 1 candles. */
export const tradeIntensity = define({
  name: 'trade_intensity',
  group: 'Order Flow',
  formula: 'trade count / mean trade count of the last n candles',
  source: 'not in TA-Lib',
  parameters: [period(20, 'timeperiod', 1)],
  make,
})
