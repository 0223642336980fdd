import { exponential } from '../averages/exponential.ts'
import { chain } from '../blocks/filter.ts'
import { isMissing } from '../blocks/missing.ts'
import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  movement: Movement
  way: unknown[]
  path: unknown[]
}

const make = (first: number, second: number): Indicator<State> => {
  const twice = chain(exponential(first), exponential(second))
  return {
    outputs: [''],
    warmup: 1 + twice.warmup,
    initial: () => ({ movement: newMovement(), way: twice.initial(), path: twice.initial() }),
    update(state, { close }) {
      const step = move(state.movement, close)
      if (isMissing(step)) return NONE
      const way = twice.next(state.way, step)
      const path = twice.next(state.path, Math.abs(step))
      if (isMissing(way) || isMissing(path)) return NONE
      return [path > 0 ? (100 * way) / path : 0]
    },
  }
}

/** True strength index, −100 to 100. Warm after firstperiod + secondperiod − 1 candles. */
export const tsi = define({
  name: 'tsi',
  group: 'Momentum',
  formula: '100 · EMA(EMA(move)) / EMA(EMA(|move|))',
  source: 'TA-Lib TSI; Blau, TASC 1991',
  parameters: [period(25, 'firstperiod', 1), period(13, 'secondperiod', 1)],
  make,
})
