import { mean, meanDeviation } from '../blocks/deviation.ts'
import { newRing, push, type Ring } from '../blocks/ring.ts'
import { define, period } from '../definition.ts'
import { type Indicator, NONE } from '../indicator.ts'

const make = (n: number): Indicator<Ring> => ({
  outputs: [''],
  warmup: n - 1,
  initial: newRing,
  update(ring, { close }) {
    push(ring, close, n)
    return ring.values.length < n ? NONE : [meanDeviation(ring, mean(ring))]
  },
})

/** Average deviation of the close. It scans the last timeperiod candles. Warm after timeperiod − 1 candles. */
export const avgdev = define({
  name: 'avgdev',
  group: 'Price Transform',
  formula: 'Σ |close − mean| / n',
  source: 'TA-Lib AVGDEV',
  parameters: [period(14)],
  make,
})
