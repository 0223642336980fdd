import { newRange, type Range, range } from '../blocks/extremum.ts'
import { isMissing, MISSING } from '../blocks/missing.ts'
import { type Movement, move, newMovement } from '../blocks/movement.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  movement: Movement
  range: Range
  path: RollingSum
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n,
  initial: () => ({ movement: newMovement(), range: newRange(), path: newRollingSum() }),
  update(state, { close }) {
    const found = range(state.range, { high: close, low: close }, n)
    const step = move(state.movement, close)
    const path = isMissing(step) ? MISSING : roll(state.path, Math.abs(step), n)
    if (!found || isMissing(path)) return NONE
    return [path > 0 ? (found.high - found.low) / path : 0]
  },
})

/** Vertical horizontal filter; 0 where nothing has moved. Warm after timeperiod candles. */
export const vhf = define({
  name: 'vhf',
  group: 'Momentum',
  formula: '(highest close − lowest close) / Σ |moves|',
  source: 'TA-Lib VHF; White, Futures 1991',
  parameters: [period(28)],
  make,
})
