import { isMissing, MISSING } from '../blocks/missing.ts'
import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { newSpread, type Spread, spread } from '../blocks/spread.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  movement: Movement
  spread: Spread
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n,
  initial: () => ({ movement: newMovement(), spread: newSpread() }),
  update(state, { close }) {
    const step = move(state.movement, Math.log(close))
    const variance = isMissing(step) ? MISSING : spread(state.spread, step, n)
    return [Math.sqrt((variance * n) / (n - 1))]
  },
})

/** Realised volatility from close to close, a candle: not annualised. Warm after timeperiod candles. */
export const volatilityClose = define({
  name: 'volatility_close',
  group: 'Volatility',
  formula: 'sample standard deviation of ln(close / close before)',
  source: 'Hull, Options, Futures, and Other Derivatives; not in TA-Lib',
  parameters: [period(20)],
  make,
})
