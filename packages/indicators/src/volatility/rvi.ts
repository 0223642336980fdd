import { share } from '../blocks/balance.ts'
import { type Exponential, newExponential, wilder } from '../blocks/exponential.ts'
import { isMissing } from '../blocks/missing.ts'
import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { newSpread, type Spread, spread } from '../blocks/spread.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  movement: Movement
  spread: Spread
  up: Exponential
  down: Exponential
}

const make = (n: number, window: number): Indicator<State> => ({
  outputs: [''],
  warmup: n + window - 2,
  initial: () => ({ movement: newMovement(), spread: newSpread(), up: newExponential(), down: newExponential() }),
  update(state, { close }) {
    const step = move(state.movement, close)
    const variance = spread(state.spread, close, window)
    if (isMissing(step) || isMissing(variance)) return NONE
    const deviation = Math.sqrt(variance)
    const up = wilder(state.up, step > 0 ? deviation : 0, n)
    const down = wilder(state.down, step < 0 ? deviation : 0, n)
    return isMissing(up) || isMissing(down) ? NONE : [up + down > 0 ? share(up, down) : 50]
  },
})

/** Relative volatility index, 0 to 100; 50 where nothing has moved. Warm after timeperiod + stddevperiod − 2 candles. */
export const rvi = define({
  name: 'rvi',
  group: 'Volatility',
  formula: '100 · up / (up + down), Wilder’s averages of σ of rising and of falling candles',
  source: 'TA-Lib RVI; Dorsey, TASC 1993',
  parameters: [period(14, 'timeperiod', 1), period(10, 'stddevperiod')],
  make,
})
