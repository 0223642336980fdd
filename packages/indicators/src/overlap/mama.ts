import { adapt, MESA_WARMUP, type Mesa, newMesa } from '../averages/mesa.ts'
import { MISSING } from '../blocks/missing.ts'
import { define, factor } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (fast: number, slow: number): Indicator<Mesa> => ({
  outputs: ['', 'fama'],
  warmup: MESA_WARMUP,
  initial: newMesa,
  update: (state, { close }) => (adapt(state, close, fast, slow) ? [state.mama, state.fama] : [MISSING, MISSING]),
})

/** MESA adaptive moving average of the close, and the following average. Warm after 32 candles. */
export const mama = define({
  name: 'mama',
  group: 'Overlap Studies',
  formula: 'EMA of weight fastlimit / the change of phase of the dominant cycle, at least slowlimit',
  source: 'TA-Lib MAMA; Ehlers, TASC 2001',
  parameters: [factor('fastlimit', 0.5, 0.01, 0.99), factor('slowlimit', 0.05, 0.01, 0.99)],
  make,
})
