import { type Directional, direct, directionalIndex, newDirectional } from '../blocks/directional.ts'
import { isMissing } from '../blocks/missing.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  directional: Directional
  value: number
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n,
  initial: () => ({ directional: newDirectional(), value: 0 }),
  update(state, bar) {
    if (direct(state.directional, bar, n) < n) return NONE
    const index = directionalIndex(state.directional)
    if (!isMissing(index)) state.value = index
    return [state.value]
  },
})

/** Directional movement index, 0 to 100; the previous value if no price has moved. Warm after timeperiod candles. */
export const dx = define({
  name: 'dx',
  group: 'Momentum',
  formula: '100 · |+DI − −DI| / (+DI + −DI)',
  source: 'TA-Lib DX; Wilder 1978',
  parameters: [period(14)],
  make,
})
