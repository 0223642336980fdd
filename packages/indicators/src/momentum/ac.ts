import { simple } from '../averages/simple.ts'
import { difference } from '../blocks/change.ts'
import { compared } from '../blocks/convergence.ts'
import { chain, identity } from '../blocks/filter.ts'
import { median, onPrice } from '../blocks/on-price.ts'
import { define, period } from '../definition.ts'

/** Accelerator oscillator. Warm after the longer period + signalperiod − 2 candles. */
export const ac = define({
  name: 'ac',
  group: 'Momentum',
  formula: 'AO − SMA(signal) of AO',
  source: 'TA-Lib AC; Williams, New Trading Dimensions, 1998',
  parameters: [period(5, 'fastperiod'), period(34, 'slowperiod'), period(5, 'signalperiod')],
  make: (fast, slow, signal) => {
    const oscillator = compared(simple(fast), simple(slow), difference)
    return onPrice(chain(oscillator, compared(identity, simple(signal), difference)), median)
  },
})
