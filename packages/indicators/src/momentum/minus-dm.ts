import { type Directional, direct, newDirectional } from '../blocks/directional.ts'
import { MISSING } from '../blocks/missing.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<Directional> => ({
  outputs: [''],
  warmup: Math.max(1, n - 1),
  initial: newDirectional,
  update: (state, bar) => [direct(state, bar, n) < Math.max(1, n - 1) ? MISSING : state.minus],
})

/** Minus directional movement, Wilder's sum. Warm after timeperiod − 1 candles. */
export const minusDm = define({
  name: 'minus_dm',
  group: 'Momentum',
  formula: '−DM − −DM / n + the fall of the low, where it is greater than the rise of the high',
  source: 'TA-Lib MINUS_DM; Wilder 1978',
  parameters: [period(14, 'timeperiod', 1)],
  make,
})
