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
  update(state, { high, low, close }) {
    const before = state.movement.value
    const step = move(state.movement, close)
    if (step > 0) add(state.sum, close - Math.min(low, before))
    if (step < 0) add(state.sum, close - Math.max(high, before))
    return [total(state.sum)]
  },
})

/** Williams' accumulation and distribution, since the first candle. Warm at once. */
export const wad = define({
  name: 'wad',
  group: 'Momentum',
  formula: 'Σ close − true low of rising candles, close − true high of falling ones',
  source: 'TA-Lib WAD; Achelis, Technical Analysis from A to Z',
  parameters: [],
  make,
})
