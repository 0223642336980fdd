import { isMissing } from '../blocks/missing.ts'
import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { typical } from '../blocks/on-price.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { isNegligible } from '../blocks/zero.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  movement: Movement
  positive: RollingSum
  negative: RollingSum
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n,
  initial: () => ({ movement: newMovement(), positive: newRollingSum(), negative: newRollingSum() }),
  update(state, bar) {
    const price = typical(bar)
    const before = state.movement.value
    const step = move(state.movement, price)
    if (isMissing(step)) return NONE
    const flow = isNegligible(step, price, before) ? 0 : price * bar.volume
    const positive = roll(state.positive, step < 0 ? 0 : flow, n)
    const negative = roll(state.negative, step < 0 ? flow : 0, n)
    if (isMissing(positive) || isMissing(negative)) return NONE
    return [positive + negative > 0 ? 100 * (positive / (positive + negative)) : 0]
  },
})

/** Money flow index, 0 to 100; 0 if there was no money flow. Warm after timeperiod candles. */
export const mfi = define({
  name: 'mfi',
  group: 'Momentum',
  formula: '100 · Σ positive flow / Σ flow; flow = typical price · volume, positive where the typical price rises',
  source: 'TA-Lib MFI; Quong and Soudack, TASC 1989',
  parameters: [period(14)],
  make,
})
