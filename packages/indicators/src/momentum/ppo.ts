import { proportion } from '../blocks/change.ts'
import { oscillation } from '../blocks/convergence.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, maType, period } from '../definition.ts'

/** Percentage price oscillator. Warm as the slower average is. */
export const ppo = define({
  name: 'ppo',
  group: 'Momentum',
  formula: '100 · (MA(fast) − MA(slow)) / MA(slow) of the close',
  source: 'TA-Lib PPO',
  parameters: [period(12, 'fastperiod'), period(26, 'slowperiod'), maType('matype', 1)],
  make: (fast, slow, type) => onPrice(oscillation(fast, slow, type, (f, s) => 100 * proportion(f, s))),
})
