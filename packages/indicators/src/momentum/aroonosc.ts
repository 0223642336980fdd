import { age, newRange, type Range, range } from '../blocks/extremum.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

const make = (n: number): Indicator<Range> => ({
  outputs: [''],
  warmup: n,
  initial: newRange,
  update: (state, bar) => (range(state, bar, n + 1) === null ? NONE : [(100 / n) * (age(state.low) - age(state.high))]),
})

/** Aroon oscillator: Aroon up − Aroon down. Warm after timeperiod candles. */
export const aroonosc = define({
  name: 'aroonosc',
  group: 'Momentum',
  formula: '100 · (candles since the lowest low − since the highest high) / n',
  source: 'TA-Lib AROONOSC; Chande, TASC 1995',
  parameters: [period(14)],
  make,
})
