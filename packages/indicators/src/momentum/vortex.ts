import { isMissing, MISSING } from '../blocks/missing.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { newTrueRange, type TrueRange, trueRange } from '../blocks/true-range.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  high: number
  low: number
  range: TrueRange
  ranges: RollingSum
  plus: RollingSum
  minus: RollingSum
}

const make = (n: number): Indicator<State> => ({
  outputs: ['plus', 'minus'],
  warmup: n,
  initial: () => ({
    high: 0,
    low: 0,
    range: newTrueRange(),
    ranges: newRollingSum(),
    plus: newRollingSum(),
    minus: newRollingSum(),
  }),
  update(state, bar) {
    const up = Math.abs(bar.high - state.low)
    const down = Math.abs(bar.low - state.high)
    const width = trueRange(state.range, bar)
    state.high = bar.high
    state.low = bar.low
    if (isMissing(width)) return [MISSING, MISSING]
    const widths = roll(state.ranges, width, n)
    const plus = roll(state.plus, up, n)
    const minus = roll(state.minus, down, n)
    if (isMissing(widths) || isMissing(plus) || isMissing(minus)) return [MISSING, MISSING]
    return widths > 0 ? [plus / widths, minus / widths] : [0, 0]
  },
})

/** Vortex indicator; 0 where nothing has moved. Warm after timeperiod candles. */
export const vortex = define({
  name: 'vortex',
  group: 'Momentum',
  formula: 'Σ |high − low before| / Σ true range; Σ |low − high before| / Σ true range',
  source: 'TA-Lib VORTEX; Botes and Siepman, TASC 2010',
  parameters: [period(14)],
  make,
})
