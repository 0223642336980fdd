import { type Extremum, extreme, newExtremum } from '../blocks/extremum.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

interface State {
  high: Extremum
  low: Extremum
}

const make = (n: number): Indicator<State> => ({
  outputs: [''],
  warmup: n - 1,
  initial: () => ({ high: newExtremum(), low: newExtremum() }),
  update(state, { close }) {
    const high = extreme(state.high, close, n, 1)
    const low = extreme(state.low, close, n, -1)
    return [(high + low) / 2]
  },
})

/** Middle between the highest and the lowest close. Warm after timeperiod − 1 candles. */
export const midpoint = define({
  name: 'midpoint',
  group: 'Overlap Studies',
  formula: '(highest close + lowest close) / 2',
  source: 'TA-Lib MIDPOINT',
  parameters: [period(14)],
  make,
})
