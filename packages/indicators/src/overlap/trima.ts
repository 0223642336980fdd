import { newTriangular, type Triangular, triangularAverage } from '../averages/simple.ts'
import { define, period } from '../definition.ts'
import type { Indicator } from '../indicator.ts'

const make = (n: number): Indicator<Triangular> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newTriangular,
  update: (state, { close }) => [triangularAverage(state, close, n)],
})

/** Triangular moving average of the close. Warm after timeperiod − 1 candles. */
export const trima = define({
  name: 'trima',
  group: 'Overlap Studies',
  formula: 'SMA of the SMA, each over half of the period',
  source: 'TA-Lib TRIMA',
  parameters: [period(30)],
  make,
})
