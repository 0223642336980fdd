import { proportion } from '../blocks/change.ts'
import { oscillation } from '../blocks/convergence.ts'
import { onPrice } from '../blocks/on-price.ts'
import { define, maType, period } from '../definition.ts'

/** Percentage volume oscillator. Warm as the slower average is. */
export const pvo = define({
  name: 'pvo',
  group: 'Volume',
  formula: '100 · (MA(fast) − MA(slow)) / MA(slow) of the volume',
  source: 'TA-Lib PVO',
  parameters: [period(12, 'fastperiod'), period(26, 'slowperiod'), maType('matype', 1)],
  make: (fast, slow, type) =>
    onPrice(
      oscillation(fast, slow, type, (f, s) => 100 * proportion(f, s)),
      bar => bar.volume,
    ),
})
