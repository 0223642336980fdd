import { simple } from '../averages/simple.ts'
import { difference } from '../blocks/change.ts'
import { compared } from '../blocks/convergence.ts'
import { median, onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Awesome oscillator. Warm after the longer period − 1 candles. */
export const ao = define({
  name: 'ao',
  group: 'Momentum',
  formula: 'SMA(fast) − SMA(slow) of (high + low) / 2',
  source: 'TA-Lib AO; Williams, New Trading Dimensions, 1998',
  parameters: [period(5, 'fastperiod'), period(34, 'slowperiod')],
  make: (fast, slow) => onPrice(compared(simple(fast), simple(slow), difference), median),
})
