import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { add, newSum, type Sum, total } from '../blocks/rolling-sum.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (): Indicator<Movement & Sum> => ({
  outputs: [''],
  warmup: 0,
  initial: () => ({ ...newSum(), ...newMovement() }),
  update(state, { close, volume }) {
    const before = state.value
    const step = move(state, close)
    if (before !== null && step !== null && before !== 0) add(state, (step / before) * volume)
    return [total(state)]
  },
})

/** Price volume trend, base units, since the first candle. Warm at once. */
export const pvt = define({
  name: 'pvt',
  group: 'Volume',
  formula: 'Σ volume · (close − close before) / close before',
  source: 'TA-Lib PVT',
  parameters: [],
  make,
})
