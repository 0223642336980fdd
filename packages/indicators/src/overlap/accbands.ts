import { simple } from '../averages/simple.ts'
import type { RollingSum } from '../blocks/rolling-sum.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  upper: RollingSum
  middle: RollingSum
  lower: RollingSum
}

const make = (n: number): Indicator<State> => {
  const average = simple(n)
  return {
    outputs: ['upper', 'middle', 'lower'],
    warmup: n - 1,
    initial: () => ({ upper: average.initial(), middle: average.initial(), lower: average.initial() }),
    update(state, { high, low, close }) {
      const width = high + low === 0 ? 0 : (4 * (high - low)) / (high + low)
      const upper = average.next(state.upper, high * (1 + width))
      const middle = average.next(state.middle, close)
      const lower = average.next(state.lower, low * (1 - width))
      return [upper, middle, lower]
    },
  }
}

/** Acceleration bands. Warm after timeperiod − 1 candles. */
export const accbands = define({
  name: 'accbands',
  group: 'Overlap Studies',
  formula: 'SMA of high · (1 + w), close, low · (1 − w); w = 4 · (high − low) / (high + low)',
  source: 'TA-Lib ACCBANDS; Headley, Big Trends in Trading, 2002',
  parameters: [period(20)],
  make,
})
