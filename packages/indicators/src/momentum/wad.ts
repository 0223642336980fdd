import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { add, newSum, type Sum, total } from '../blocks/rolling-sum.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

type State = Movement & Sum

const make = (): Indicator<State> => ({
  outputs: [''],
  warmup: 0,
  initial: () => ({ ...newMovement(), ...newSum() }),
  update(state, { high, low, close }) {
    const before = state.value
    const step = move(state, close) ?? 0
    if (before !== null && step > 0) add(state, close - Math.min(low, before))
    if (before !== null && step < 0) add(state, close - Math.max(high, before))
    return [total(state)]
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
