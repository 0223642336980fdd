import { mean, meanDeviation } from '../blocks/deviation.ts'
import { typical } from '../blocks/on-price.ts'
import { newRing, push, type Ring } from '../blocks/ring.ts'
import { isNegligible } from '../blocks/zero.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

const make = (n: number): Indicator<Ring> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newRing,
  update(ring, bar) {
    const price = typical(bar)
    push(ring, price, n)
    if (ring.values.length < n) return NONE
    const average = mean(ring)
    const deviation = meanDeviation(ring, average)
    const above = price - average
    return [isNegligible(above, price, average) ? 0 : above / (0.015 * deviation)]
  },
})

/**
 * Commodity channel index. The mean deviation is by definition a scan of the last timeperiod candles. Warm after
 * timeperiod − 1 candles.
 */
export const cci = define({
  name: 'cci',
  group: 'Momentum',
  formula: '(typical − its mean) / (0.015 · its mean deviation), typical = (high + low + close) / 3',
  source: 'TA-Lib CCI; Lambert, Commodities 1980',
  parameters: [period(14)],
  make,
})
