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
    const step = move(state.movement, close)
    add(state.sum, isMissing(step) || step > 0 ? volume : step < 0 ? -volume : 0)
    return [total(state.sum)]
  },
})

/** On-balance volume, base units, since the first candle. Warm at once. */
export const obv = define({
  name: 'obv',
  group: 'Volume',
  formula: 'Σ volume of rising candles − Σ volume of falling ones',
  source: 'TA-Lib OBV; Granville 1963',
  parameters: [],
  make,
})
