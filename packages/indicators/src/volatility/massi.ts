import { exponential } from '../averages/exponential.ts'
import { compared } from '../blocks/convergence.ts'
import { chain, type Filter, identity } from '../blocks/filter.ts'
import { onPrice } from '../blocks/on-price.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'

const summed = (n: number): Filter<RollingSum> => ({
  warmup: n - 1,
  initial: newRollingSum,
  next: (state, value) => roll(state, value, n),
})

/** Mass index; a ratio of 1 where nothing has moved. Warm after 2 · (fastperiod − 1) + slowperiod − 1 candles. */
export const massi = define({
  name: 'massi',
  group: 'Volatility',
  formula: 'Σ EMA(high − low) / EMA(EMA(high − low))',
  source: 'TA-Lib MASSI; Dorsey, TASC 1992',
  parameters: [period(9, 'fastperiod', 1), period(25, 'slowperiod', 1)],
  make: (fast, slow) => {
    const ratio = compared(identity, exponential(fast), (once, twice) => (twice === 0 ? 1 : once / twice))
    return onPrice(chain(exponential(fast), ratio, summed(slow)), ({ high, low }) => high - low)
  },
})
