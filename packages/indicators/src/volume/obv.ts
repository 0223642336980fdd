import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { add, newSum, type Sum, total } from '../blocks/rolling-sum.ts'
import { define } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (): Indicator<Movement & Sum> => ({
  outputs: [''],
  warmup: 0,
  initial: () => ({ ...newSum(), ...newMovement() }),
  update(state, { close, volume }) {
    const step = move(state, close)
    if (step === null || step > 0) add(state, volume)
    else if (step < 0) add(state, -volume)
    return [total(state)]
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
