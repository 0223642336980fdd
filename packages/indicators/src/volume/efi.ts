import { exponential } from '../averages/exponential.ts'
import type { Exponential } from '../blocks/exponential.ts'
import { isMissing } from '../blocks/missing.ts'
import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  movement: Movement
  average: Exponential
}

const make = (n: number): Indicator<State> => {
  const average = exponential(n)
  return {
    outputs: [''],
    warmup: n,
    initial: () => ({ movement: newMovement(), average: average.initial() }),
    update(state, { close, volume }) {
      const step = move(state.movement, close)
      return isMissing(step) ? NONE : [average.next(state.average, step * volume)]
    },
  }
}

/** Elder's force index, quote units. Warm after timeperiod candles. */
export const efi = define({
  name: 'efi',
  group: 'Volume',
  formula: 'EMA of (close − close before) · volume',
  source: 'TA-Lib EFI; Elder, Trading for a Living, 1993',
  parameters: [period(13, 'timeperiod', 1)],
  make,
})
