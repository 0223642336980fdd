import { isMissing, MISSING } from '../blocks/missing.ts'
import { newRollingSum, type RollingSum, roll } from '../blocks/rolling-sum.ts'
import { newTrueRange, type TrueRange, trueRange } from '../blocks/true-range.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

interface State {
  range: TrueRange
  pressures: RollingSum[]
  ranges: RollingSum[]
}

const WEIGHTS = [4, 2, 1]

const make = (...periods: number[]): Indicator<State> => {
  const ascending = [...periods].sort((a, b) => a - b)
  return {
    outputs: [''],
    warmup: ascending[2]!,
    initial: () => ({
      range: newTrueRange(),
      pressures: periods.map(newRollingSum),
      ranges: periods.map(newRollingSum),
    }),
    update(state, bar) {
      const before = state.range.close
      const width = trueRange(state.range, bar)
      if (isMissing(width)) return NONE
      const pressure = bar.close - Math.min(bar.low, before)
      let sum = 0
      for (let i = 0; i < 3; i++) {
        const pressures = roll(state.pressures[i]!, pressure, ascending[i]!)
        const ranges = roll(state.ranges[i]!, width, ascending[i]!)
        if (isMissing(ranges)) sum = MISSING
        else if (ranges > 0) sum += WEIGHTS[i]! * (pressures / ranges)
      }
      return [100 * (sum / 7)]
    },
  }
}

/** Ultimate oscillator, 0 to 100. Warm after the longest period. */
export const ultosc = define({
  name: 'ultosc',
  group: 'Momentum',
  formula: '100 / 7 · (4, 2, 1) · Σ (close − true low) / Σ true range over the short, middle and long period',
  source: 'TA-Lib ULTOSC; Williams, TASC 1985',
  parameters: [period(7, 'timeperiod1', 1), period(14, 'timeperiod2', 1), period(28, 'timeperiod3', 1)],
  make,
})
