import { difference } from '../blocks/change.ts'
import { oscillation } from '../blocks/convergence.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, maType, period } from '../definition.ts'

/** Absolute price oscillator. Warm as the slower average is. */
export const apo = define({
  name: 'apo',
  group: 'Momentum',
  formula: 'MA(fast) − MA(slow) of the close',
  source: 'TA-Lib APO',
  parameters: [period(12, 'fastperiod'), period(26, 'slowperiod'), maType('matype', 1)],
  make: (fast, slow, type) => onPrice(oscillation(fast, slow, type, difference)),
})
