import { isMissing } from '../blocks/missing.ts'
import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { add, newSum, type Sum, total } from '../blocks/rolling-sum.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  movement: Movement
  sum: Sum
}

const make = (): Indicator<State> => ({
  outputs: [''],
  warmup: 0,
  initial: () => ({ movement: newMovement(), sum: newSum() }),
  update(state, { close, volume }) {
    const before = state.movement.value
    const step = move(state.movement, close)
    if (!isMissing(step) && before !== 0) add(state.sum, (step / before) * volume)
    return [total(state.sum)]
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
