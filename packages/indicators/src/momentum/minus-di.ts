import { type Directional, direct, minusIndex, newDirectional } from '../blocks/directional.ts'
import { MISSING } from '../blocks/missing.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<Directional> => ({
  outputs: [''],
  warmup: n,
  initial: newDirectional,
  update: (state, bar) => [direct(state, bar, n) < n ? MISSING : minusIndex(state) / (n === 1 ? 100 : 1)],
})

/** Minus directional indicator, 0 to 100; 0 to 1 for a timeperiod of 1, as in TA-Lib. Warm after timeperiod candles. */
export const minusDi = define({
  name: 'minus_di',
  group: 'Momentum',
  formula: '100 · −DM / true range, Wilder’s sums',
  source: 'TA-Lib MINUS_DI; Wilder 1978',
  parameters: [period(14, 'timeperiod', 1)],
  make,
})
