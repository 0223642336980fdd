import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { newTrueRange, type TrueRange, trueRange } from '../blocks/true-range.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  before: { high: number; low: number } | null
  range: TrueRange
  ranges: RollingSum
  plus: RollingSum
  minus: RollingSum
}

const make = (n: number): Indicator<State> => ({
  outputs: ['plus', 'minus'],
  warmup: n,
  initial: () => ({
    before: null,
    range: newTrueRange(),
    ranges: newRollingSum(),
    plus: newRollingSum(),
    minus: newRollingSum(),
  }),
  update(state, bar) {
    const { before } = state
    const width = trueRange(state.range, bar)
    state.before = { high: bar.high, low: bar.low }
    if (before === null || width === null) return [null, null]
    const widths = roll(state.ranges, width, n)
    const plus = roll(state.plus, Math.abs(bar.high - before.low), n)
    const minus = roll(state.minus, Math.abs(bar.low - before.high), n)
    if (widths === null || plus === null || minus === null) return [null, null]
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
